"""
tinynet - the smallest "framework" I could live with.

    net = Net(Linear(2, 16), ReLU(), Linear(16, 1))
    opt = MomentumSGD(net.params(), lr=0.05)

MIT licence, do what you want.
"""
import numpy as np

rng = np.random.default_rng(7)


class Module:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, g):
        raise NotImplementedError

    def params(self):
        return []

    def grads(self):
        return []


class Linear(Module):
    def __init__(self, n_in, n_out):
        self.W = rng.normal(0.0, np.sqrt(2.0 / n_in), (n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW = self.x.T @ g
        self.db = g.sum(axis=0)
        return g @ self.W.T

    def params(self):
        return [self.W, self.b]

    def grads(self):
        return [self.dW, self.db]


class ReLU(Module):
    def forward(self, x):
        self.out = np.maximum(x, 0.0)
        return self.out

    def backward(self, g):
        return g * (self.out > 0)


class Net(Module):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def backward(self, g):
        for l in reversed(self.layers):
            g = l.backward(g)
        return g

    def params(self):
        return [p for l in self.layers for p in l.params()]

    def grads(self):
        return [g for l in self.layers for g in l.grads()]


class BCEWithLogits:
    def __call__(self, z, t):
        self.z, self.t = z, t
        # log(1 + e^z) - t z, the stable way
        return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))

    def backward(self):
        s = 1.0 / (1.0 + np.exp(-self.z))
        return (s - self.t) / self.t.size


class MomentumSGD:
    def __init__(self, params, lr=0.1, mu=0.9):
        self.params, self.lr, self.mu = params, lr, mu
        self.vel = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, g, v in zip(self.params, grads, self.vel):
            v *= self.mu
            v -= self.lr * g
            p += v


def moons(n, noise=0.12):
    a = rng.uniform(0, np.pi, n)
    upper = np.c_[np.cos(a), np.sin(a)]
    lower = np.c_[1 - np.cos(a), 0.4 - np.sin(a)]
    x = np.vstack([upper, lower]) + rng.normal(0, noise, (2 * n, 2))
    t = np.r_[np.zeros(n), np.ones(n)].reshape(-1, 1)
    return x, t


if __name__ == "__main__":
    X, T = moons(200)
    net = Net(Linear(2, 16), ReLU(), Linear(16, 16), ReLU(), Linear(16, 1))
    loss_fn = BCEWithLogits()
    opt = MomentumSGD(net.params(), lr=0.05)

    for epoch in range(1001):
        order = rng.permutation(len(X))
        total = 0.0
        for k in range(0, len(X), 50):
            i = order[k:k + 50]
            total += loss_fn(net.forward(X[i]), T[i]) * len(i)
            net.backward(loss_fn.backward())
            opt.step(net.grads())
        if epoch % 100 == 0:
            acc = np.mean((net.forward(X) > 0) == (T > 0.5))
            print(f"epoch {epoch:4d}  loss {total / len(X):.4f}  acc {acc:.3f}")
