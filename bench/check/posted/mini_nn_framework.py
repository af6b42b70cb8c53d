# A small layer library to understand what pytorch does for me.
# Dataset: 3-arm spiral
import numpy as np

rng = np.random.default_rng(7)


class Linear:
    def __init__(self, n_in, n_out):
        self.W = rng.normal(0, np.sqrt(2.0 / n_in), (n_in, n_out))
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW += self.x.T @ grad
        self.db += grad.sum(axis=0)
        return grad @ self.W.T

    def parameters(self):
        return [(self.W, self.dW), (self.b, self.db)]


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad):
        return grad * (self.x > 0)

    def parameters(self):
        return []


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


class CrossEntropy:
    def forward(self, logits, y):
        z = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(z)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y] + 1e-12).mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(self.y)), self.y] -= 1
        return g / len(self.y)


class SGD:
    def __init__(self, params, lr, momentum=0.9):
        self.params, self.lr, self.mu = params, lr, momentum
        self.v = [np.zeros_like(p) for p, _ in params]

    def zero_grad(self):
        for _, g in self.params:
            g.fill(0)

    def step(self):
        for i, (p, g) in enumerate(self.params):
            self.v[i] = self.mu * self.v[i] - self.lr * g
            p += self.v[i]


def spiral(n, k=3):
    X, y = [], []
    for c in range(k):
        r = np.linspace(0.05, 1, n)
        t = np.linspace(c * 4, (c + 1) * 4, n) + rng.normal(0, 0.15, n)
        X.append(np.c_[r * np.sin(t), r * np.cos(t)])
        y.append(np.full(n, c))
    return np.vstack(X), np.hstack(y)


X, y = spiral(80)
model = Sequential(Linear(2, 48), ReLU(), Linear(48, 24), ReLU(), Linear(24, 3))
criterion = CrossEntropy()
opt = SGD(model.parameters(), lr=0.1)

for epoch in range(400):
    order = rng.permutation(len(X))
    total = 0
    for s in range(0, len(X), 60):
        idx = order[s:s + 60]
        opt.zero_grad()
        out = model.forward(X[idx])
        total += criterion.forward(out, y[idx]) * len(idx)
        model.backward(criterion.backward())
        opt.step()
    if epoch % 50 == 0 or epoch == 399:
        acc = (model.forward(X).argmax(1) == y).mean()
        print(f"epoch {epoch:4d}  loss {total / len(X):.4f}  acc {acc:.3f}")
