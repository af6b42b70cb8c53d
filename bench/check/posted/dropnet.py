import numpy as np


class Dense:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        self.b = np.zeros(n_out)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)

    def forward(self, x, training):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T

    def update(self, lr, mu):
        self.vW = mu * self.vW - lr * self.dW
        self.vb = mu * self.vb - lr * self.db
        self.W += self.vW
        self.b += self.vb


class ReLU:
    def forward(self, x, training):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class Dropout:
    def __init__(self, p, rng):
        self.p = p
        self.rng = rng

    def forward(self, x, training):
        if not training:
            return x
        keep = 1 - self.p
        self.mask = (self.rng.random(x.shape) < keep) / keep
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class SoftmaxCrossEntropy:
    def forward(self, scores, labels):
        shifted = scores - scores.max(axis=1, keepdims=True)
        expo = np.exp(shifted)
        self.probs = expo / expo.sum(axis=1, keepdims=True)
        self.labels = labels
        return -np.mean(np.log(self.probs[np.arange(len(labels)), labels] + 1e-12))

    def backward(self):
        n = len(self.labels)
        grad = self.probs.copy()
        grad[np.arange(n), self.labels] -= 1
        return grad / n


class Model:
    def __init__(self, layers):
        self.layers = layers
        self.loss = SoftmaxCrossEntropy()

    def forward(self, x, training=False):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def train_step(self, x, labels, lr, mu):
        loss = self.loss.forward(self.forward(x, training=True), labels)
        grad = self.loss.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        for layer in self.layers:
            if isinstance(layer, Dense):
                layer.update(lr, mu)
        return loss

    def accuracy(self, x, labels):
        return np.mean(self.forward(x).argmax(axis=1) == labels)


def rings(n, rng):
    """four noisy rings around each other, one class per ring"""
    labels = rng.integers(0, 4, n)
    radius = 0.4 + 0.5 * labels + rng.normal(0, 0.08, n)
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), labels


rng = np.random.default_rng(8)
x_train, y_train = rings(800, rng)
x_test, y_test = rings(300, rng)

model = Model([
    Dense(2, 64, rng), ReLU(), Dropout(0.1, rng),
    Dense(64, 64, rng), ReLU(), Dropout(0.1, rng),
    Dense(64, 4, rng),
])

lr = 0.05
for epoch in range(1, 101):
    order = rng.permutation(len(x_train))
    x_shuffled = x_train[order]
    y_shuffled = y_train[order]
    for start in range(0, len(order), 32):
        model.train_step(x_shuffled[start:start + 32], y_shuffled[start:start + 32], lr, 0.9)
    if epoch % 40 == 0:
        lr *= 0.3
    if epoch % 10 == 0:
        print(f"epoch {epoch:3d}  train acc {model.accuracy(x_train, y_train):.3f}"
              f"  test acc {model.accuracy(x_test, y_test):.3f}")
