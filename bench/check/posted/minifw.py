import numpy as np


class Module:
    def params(self):
        return []

    def grads(self):
        return []


class Dense(Module):
    def __init__(self, n_in, n_out, rng):
        limit = np.sqrt(6 / (n_in + n_out))
        self.W = rng.uniform(-limit, limit, (n_in, n_out))
        self.b = np.zeros((1, n_out))
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(axis=0, keepdims=True)
        return dy @ self.W.T

    def params(self):
        return [self.W, self.b]

    def grads(self):
        return [self.dW, self.db]


class Tanh(Module):
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y ** 2)


class Softplus(Module):
    def forward(self, x):
        self.x = x
        return np.logaddexp(0, x)

    def backward(self, dy):
        return dy / (1 + np.exp(-self.x))


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def params(self):
        return [p for layer in self.layers for p in layer.params()]

    def grads(self):
        return [g for layer in self.layers for g in layer.grads()]


class MSELoss:
    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class Adam:
    def __init__(self, model, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
        self.model = model
        self.lr, self.b1, self.b2, self.eps = lr, b1, b2, eps
        self.m = [np.zeros_like(p) for p in model.params()]
        self.v = [np.zeros_like(p) for p in model.params()]
        self.t = 0

    def step(self):
        self.t += 1
        for p, g, m, v in zip(self.model.params(), self.model.grads(), self.m, self.v):
            m *= self.b1
            m += (1 - self.b1) * g
            v *= self.b2
            v += (1 - self.b2) * g * g
            m_hat = m / (1 - self.b1 ** self.t)
            v_hat = v / (1 - self.b2 ** self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def batches(X, Y, size, rng):
    order = rng.permutation(len(X))
    for s in range(0, len(X), size):
        pick = order[s:s + size]
        yield X[pick], Y[pick]


if __name__ == "__main__":
    rng = np.random.default_rng(7)
    # target: a damped wave over two inputs
    X = rng.uniform(-2, 2, (600, 2))
    Y = (np.sin(2.5 * X[:, :1]) * np.exp(-0.3 * X[:, 1:] ** 2) + 0.4 * X[:, 1:])
    X_val, Y_val = X[500:], Y[500:]
    X, Y = X[:500], Y[:500]

    net = Sequential(Dense(2, 32, rng), Tanh(),
                     Dense(32, 32, rng), Softplus(),
                     Dense(32, 1, rng))
    criterion = MSELoss()
    opt = Adam(net, lr=0.003)

    for epoch in range(1, 301):
        total = 0.0
        for xb, yb in batches(X, Y, 25, rng):
            total += criterion.forward(net.forward(xb), yb) * len(xb)
            net.backward(criterion.backward())
            opt.step()
        if epoch == 1 or epoch % 25 == 0:
            val = np.mean((net.forward(X_val) - Y_val) ** 2)
            print(f"[{epoch:3d}] train {total / len(X):.5f}  val {val:.5f}")
