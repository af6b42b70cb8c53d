import numpy as np

# every sample is a column vector; activation functions are pairs (f, derivative in terms of z)
rng = np.random.RandomState(73)
sizes = [3, 6, 4, 2]
sigma = (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2)
tanh = (lambda z: np.tanh(z), lambda z: 1 / np.cosh(z) ** 2)
acts = [tanh, tanh, sigma]
Ws = [rng.randn(o, i) * 0.7 for i, o in zip(sizes, sizes[1:])]
Bs = [rng.randn(o, 1) * 0.1 for o in sizes[1:]]

train = []
for _ in range(40):
    v = rng.randn(3)
    train.append((v, [float(v[0] > v[1]), float(v[1] + v[2] > 0)]))

lr = 0.3
for epoch in range(12):
    total_err = 0
    for v, want in train:
        x = np.array(v).reshape(-1, 1)
        y = np.array(want).reshape(-1, 1)
        zs, outs = [], [x]
        for W, B, (f, df) in zip(Ws, Bs, acts):
            zs.append(np.matmul(W, outs[-1]) + B)
            outs.append(f(zs[-1]))
        err = outs[-1] - y
        cost = (err * err).sum() / 2
        total_err += cost

        deltas = [None] * len(Ws)
        deltas[-1] = err * acts[-1][1](zs[-1])
        for l in range(len(Ws) - 2, -1, -1):
            deltas[l] = np.matmul(Ws[l + 1].T, deltas[l + 1]) * acts[l][1](zs[l])
        for l in range(len(Ws)):
            Ws[l] = Ws[l] - lr * np.matmul(deltas[l], outs[l].T)
            Bs[l] = Bs[l] - lr * deltas[l]
    print(epoch, total_err / len(train))
