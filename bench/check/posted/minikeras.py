import numpy as np


class Layer:
    params = ()
    grads = ()

    def forward(self, x):
        raise NotImplementedError

    def backward(self, dy):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.standard_normal((n_in, n_out)) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.params = [self.W, self.b]
        self.grads = [np.zeros_like(self.W), np.zeros_like(self.b)]

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.grads[0][...] = self.x.T @ dy
        self.grads[1][...] = dy.sum(axis=0)
        return dy @ self.W.T


class ReLU(Layer):
    def forward(self, x):
        self.out = np.maximum(x, 0)
        return self.out

    def backward(self, dy):
        return dy * (self.out > 0)


class Softmax(Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dy):
        return self.p * (dy - (dy * self.p).sum(axis=1, keepdims=True))


class CategoricalCrossentropy:
    def value(self, p, t):
        return -np.sum(t * np.log(p + 1e-12)) / len(t)

    def gradient(self, p, t):
        return -t / (p + 1e-12) / len(t)


class SGD:
    def __init__(self, lr=0.1, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.velocity = None

    def apply(self, params, grads):
        if self.velocity is None:
            self.velocity = [np.zeros_like(p) for p in params]
        for p, g, v in zip(params, grads, self.velocity):
            v *= self.momentum
            v -= self.lr * g
            p += v


class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)

    def compile(self, loss, optimizer):
        self.loss = loss
        self.optimizer = optimizer

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train_on_batch(self, x, t):
        p = self.predict(x)
        d = self.loss.gradient(p, t)
        for layer in reversed(self.layers):
            d = layer.backward(d)
        params = [p for l in self.layers for p in l.params]
        grads = [g for l in self.layers for g in l.grads]
        self.optimizer.apply(params, grads)
        return self.loss.value(p, t)

    def fit(self, x, t, epochs, batch_size, rng):
        for ep in range(epochs):
            order = rng.permutation(len(x))
            losses = []
            for i in range(0, len(x), batch_size):
                pick = order[i:i + batch_size]
                losses.append(self.train_on_batch(x[pick], t[pick]))
            if ep % 5 == 0 or ep == epochs - 1:
                acc = np.mean(self.predict(x).argmax(1) == t.argmax(1))
                print(f"Epoch {ep + 1}/{epochs} - loss: {np.mean(losses):.4f} - acc: {acc:.4f}")


if __name__ == "__main__":
    rng = np.random.default_rng(42)
    labels = rng.integers(0, 4, 600)
    r = 1 + 0.8 * (labels // 2) + 0.1 * rng.standard_normal(600)
    phi = np.pi * (labels % 2) + np.pi * rng.random(600)
    X = np.c_[r * np.cos(phi), r * np.sin(phi)]
    T = np.eye(4)[labels]

    model = Sequential(Dense(2, 24, rng), ReLU(), Dense(24, 24, rng), ReLU(),
                       Dense(24, 4, rng), Softmax())
    model.compile(CategoricalCrossentropy(), SGD(lr=0.02, momentum=0.9))
    model.fit(X, T, epochs=40, batch_size=30, rng=rng)
