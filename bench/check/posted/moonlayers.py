"""
moonlayers - a tiny "framework" I wrote to finally understand what .backward() does.
Layers remember their input, the optimiser owns the moments.  Data: two half moons.
"""
import numpy as np

rng = np.random.default_rng(7)


class Dense:
    def __init__(self, n_in, n_out):
        self.W = rng.normal(0.0, np.sqrt(2.0 / n_in), size=(n_in, n_out))
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T

    def parameters(self):
        return [(self.W, self.dW), (self.b, self.db)]


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0.0)

    def backward(self, grad):
        return grad * (self.x > 0)

    def parameters(self):
        return []


class SoftmaxCrossEntropy:
    def __call__(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.labels = labels
        n = len(labels)
        return -np.log(self.p[np.arange(n), labels] + 1e-12).mean()

    def backward(self):
        n = len(self.labels)
        g = self.p.copy()
        g[np.arange(n), self.labels] -= 1.0
        return g / n


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
        return [pair for layer in self.layers for pair in layer.parameters()]


class Adam:
    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m, self.v = {}, {}

    def step(self, parameters):
        self.t += 1
        for k, (p, g) in enumerate(parameters):
            m = self.m.get(k, np.zeros_like(p))
            v = self.v.get(k, np.zeros_like(p))
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g * g
            self.m[k], self.v[k] = m, v
            m_hat = m / (1 - self.beta1 ** self.t)
            v_hat = v / (1 - self.beta2 ** self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def half_moons(n, noise=0.12):
    t = rng.uniform(0, np.pi, size=n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1.0 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    X = np.concatenate([upper, lower]) + rng.normal(0, noise, size=(2 * n, 2))
    y = np.repeat([0, 1], n)
    return X, y


def batches(X, y, size):
    order = rng.permutation(len(X))
    X = X[order]
    y = y[order]
    for start in range(0, len(X), size):
        yield X[start:start + size], y[start:start + size]


if __name__ == "__main__":
    X, y = half_moons(400)
    X_test, y_test = half_moons(200)

    net = Sequential(Dense(2, 24), ReLU(), Dense(24, 24), ReLU(), Dense(24, 2))
    criterion = SoftmaxCrossEntropy()
    optimiser = Adam(lr=3e-3)

    for epoch in range(1, 161):
        running, seen = 0.0, 0
        for xb, yb in batches(X, y, 32):
            loss = criterion(net.forward(xb), yb)
            net.backward(criterion.backward())
            optimiser.step(net.parameters())
            running += loss * len(xb)
            seen += len(xb)
        if epoch % 10 == 0 or epoch == 1:
            acc = (net.forward(X_test).argmax(axis=1) == y_test).mean()
            print(f"epoch {epoch:3d}  train loss {running / seen:.4f}  test acc {acc:.3f}")
