import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTM:
    """One LSTM layer plus a linear read-out, written out gate by gate."""

    def __init__(self, input_size, hidden_size, output_size, seed=0):
        rng = np.random.default_rng(seed)
        self.hidden_size = hidden_size
        z_size = hidden_size + input_size
        self.params = {}
        for gate in ['f', 'i', 'g', 'o']:
            self.params['W' + gate] = rng.normal(0, 1 / np.sqrt(z_size), (hidden_size, z_size))
            self.params['b' + gate] = np.zeros(hidden_size)
        self.params['bf'] += 1.0
        self.params['Wy'] = rng.normal(0, 1 / np.sqrt(hidden_size), (output_size, hidden_size))
        self.params['by'] = np.zeros(output_size)
        self.grads = {}
        self.zero_grad()
        self.velocity = {name: np.zeros_like(value) for name, value in self.params.items()}

    def zero_grad(self):
        for name, value in self.params.items():
            self.grads[name] = np.zeros_like(value)

    def forward(self, inputs):
        p = self.params
        h = np.zeros(self.hidden_size)
        c = np.zeros(self.hidden_size)
        self.memory = []
        predictions = []
        for x in inputs:
            c_prev = c
            z = np.concatenate([h, x])
            f = sigmoid(p['Wf'] @ z + p['bf'])
            i = sigmoid(p['Wi'] @ z + p['bi'])
            g = np.tanh(p['Wg'] @ z + p['bg'])
            o = sigmoid(p['Wo'] @ z + p['bo'])
            c = f * c_prev + i * g
            tc = np.tanh(c)
            h = o * tc
            y = p['Wy'] @ h + p['by']
            self.memory.append((z, f, i, g, o, c_prev, tc, h))
            predictions.append(y)
        return np.array(predictions)

    def backward(self, dpredictions):
        p, d = self.params, self.grads
        dh_next = np.zeros(self.hidden_size)
        dc_next = np.zeros(self.hidden_size)
        for t in range(len(self.memory) - 1, -1, -1):
            z, f, i, g, o, c_prev, tc, h = self.memory[t]
            dy = dpredictions[t]
            d['Wy'] += np.outer(dy, h)
            d['by'] += dy

            dh = p['Wy'].T @ dy + dh_next
            do = dh * tc * o * (1 - o)
            dc = dh * o * (1 - tc ** 2) + dc_next
            df = dc * c_prev * f * (1 - f)
            di = dc * g * i * (1 - i)
            dg = dc * i * (1 - g ** 2)

            dz = np.zeros_like(z)
            for gate, da in zip(['f', 'i', 'g', 'o'], [df, di, dg, do]):
                d['W' + gate] += np.outer(da, z)
                d['b' + gate] += da
                dz += p['W' + gate].T @ da

            dh_next = dz[:self.hidden_size]
            dc_next = dc * f

    def step(self, learning_rate, momentum=0.9):
        for name in self.params:
            self.velocity[name] = momentum * self.velocity[name] + self.grads[name]
            self.params[name] -= learning_rate * self.velocity[name]


def make_sequence(rng, length):
    """A sine of random frequency; the target is the next value."""
    frequency = rng.uniform(0.2, 0.8)
    phase = rng.uniform(0, 2 * np.pi)
    wave = np.sin(frequency * np.arange(length + 1) + phase)
    return wave[:-1].reshape(-1, 1), wave[1:].reshape(-1, 1)


rng = np.random.default_rng(11)
network = LSTM(input_size=1, hidden_size=12, output_size=1)
sequences = [make_sequence(rng, 25) for _ in range(40)]

for epoch in range(60):
    total_loss = 0
    for n in rng.permutation(len(sequences)):
        inputs, targets = sequences[n]
        predictions = network.forward(inputs)
        difference = predictions - targets
        total_loss += np.mean(difference ** 2)

        network.zero_grad()
        network.backward(2 * difference / len(targets))
        network.step(learning_rate=0.02)
    if epoch % 5 == 0:
        print('Epoch', epoch, 'mean squared error:', total_loss / len(sequences))

inputs, targets = make_sequence(rng, 25)
predictions = network.forward(inputs)
print('New sequence, last five steps:')
for a, b in list(zip(predictions, targets))[-5:]:
    print('  predicted %.3f  real %.3f' % (a[0], b[0]))
