import numpy as np

np.random.seed(15)


class MLP:
    def __init__(self, sizes):
        self.W = [np.random.uniform(-0.5, 0.5, (m, n)) for n, m in zip(sizes, sizes[1:])]
        self.B = [np.zeros(m) for m in sizes[1:]]

    def act(self, v):
        return np.tanh(v)

    def act_deriv(self, v):
        return 1.0 - np.tanh(v) ** 2

    def feed(self, x):
        self.a = [x]
        self.v = []
        for W, b in zip(self.W, self.B):
            self.v.append(np.dot(W, self.a[-1]) + b)
            self.a.append(self.act(self.v[-1]))
        return self.a[-1]

    def learn(self, x, d, eta):
        y = self.feed(x)
        e = d - y
        delta = e * self.act_deriv(self.v[-1])
        for k in range(len(self.W) - 1, -1, -1):
            dW = np.outer(delta, self.a[k])
            dB = delta
            if k > 0:
                delta = np.dot(self.W[k].T, delta) * self.act_deriv(self.v[k - 1])
            self.W[k] += eta * dW
            self.B[k] += eta * dB
        return 0.5 * np.sum(e ** 2)


net = MLP([2, 4, 1])
samples = [([0, 0], [-0.5]), ([0, 1], [0.5]), ([1, 0], [0.5]), ([1, 1], [-0.5])]
for epoch in range(300):
    total = 0
    for x, d in samples:
        total += net.learn(np.array(x, dtype=float), np.array(d), 0.1)
    if epoch % 100 == 0:
        print("epoch", epoch, "error", total)
