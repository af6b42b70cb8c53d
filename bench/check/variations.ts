/** Right scripts from right scripts: other seeds, sizes, rates, scales of all gradients, dtypes. */

export const VARIATIONS: readonly ((source: string) => string)[] = [
  (s) => s.replace(/seed\((\d+)\)/g, (_, n) => `seed(${Number(n) + 11})`).replace(/RandomState\((\d+)\)/g, (_, n) => `RandomState(${Number(n) + 3})`).replace(/default_rng\((\d+)\)/g, (_, n) => `default_rng(${Number(n) + 5})`),
  (s) => s.replace(/init\(\[4, 5, 1\]\)/, 'init([4, 9, 1])').replace(/TwoLayerNet\(4, 8, 3\)/, 'TwoLayerNet(4, 13, 3)').replace(/NeuralNetwork\(3, 7, 1, 0\.2\)/, 'NeuralNetwork(3, 2, 1, 0.2)').replace(/Network\(\[3, 5, 4, 2\]\)/, 'Network([3, 6, 2])').replace(/hidden_size, seq_length, learning_rate = 6, 5, 0\.1/, 'hidden_size, seq_length, learning_rate = 4, 3, 0.01').replace(/Dense\(3, 6\), Tanh\(\), Dense\(6, 1\)/, 'Dense(3, 6), Tanh(), Dense(6, 4), Tanh(), Dense(4, 1)').replace(/initialize_network\(n_inputs, 2, 2\)/, 'initialize_network(n_inputs, 4, 2)').replace(/size=\(2, 3\)/, 'size=(2, 5)').replace(/size=\(1, 3\)/, 'size=(1, 5)').replace(/size=\(3, 1\)/, 'size=(5, 1)'),
  (s) => s.replace(/^(\s*)(lr|rate|alpha|eta) = ([\d.]+)$/gm, '$1$2 = $3 / 3'),
  (s) => s.replace(/np\.mean\(\(out - Y\) \*\* 2\)/, 'np.sum((out - Y) ** 2)').replace(/\/ \(2 \* x\.shape\[1\]\)/, '/ x.shape[1]').replace(/print\("Error:", np\.mean\(np\.abs\(error\)\)\)/, 'print("Error:", np.mean(error ** 2))'),
  (s) => s.replace(/X = np\.random\.randn\(4, 10\)/, 'X = np.random.randn(4, 10).astype(np.float32)').replace(/X = np\.random\.rand\(20, 3\)/, 'X = np.random.rand(20, 3).astype(np.float32)'),
  (s) => s.replace(/1\. \* \(x > 0\)/, 'np.where(x > 0, 1.0, 0.0)').replace(/dhidden\[hidden <= 0\] = 0/, 'dhidden = dhidden * (hidden > 0)'),
]
