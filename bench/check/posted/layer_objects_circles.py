import numpy as np

# Layers as objects. Every layer has forward() and backward().
# Dataset: two rings + a blob in the middle -> 3 classes


class Dense:
    def __init__(self, n_in, n_out, l2=0.0):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros((1, n_out))
        self.l2 = l2

    def forward(self, inp):
        self.inp = inp
        return inp @ self.W + self.b

    def backward(self, grad_output):
        # grad_output already contains the 1/N from the loss
        self.dW = self.inp.T @ grad_output + self.l2 * self.W
        self.db = grad_output.sum(axis=0, keepdims=True)
        return grad_output @ self.W.T

    def step(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db


class ReLU:
    def forward(self, inp):
        self.inp = inp
        return np.maximum(0, inp)

    def backward(self, grad_output):
        return grad_output * (self.inp > 0)

    def step(self, lr):
        pass


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        shifted = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y]).mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(self.y)), self.y] -= 1
        return g / len(self.y)


class Model:
    def __init__(self, layers):
        self.layers = layers
        self.criterion = SoftmaxCrossEntropy()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def penalty(self):
        return sum(0.5 * l.l2 * np.sum(l.W ** 2) for l in self.layers if isinstance(l, Dense))

    def train_step(self, x, y, lr):
        loss = self.criterion.forward(self.forward(x), y) + self.penalty()
        grad = self.criterion.backward()
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        for layer in self.layers:
            layer.step(lr)
        return loss


def rings(n_per_class):
    X, y = [], []
    for c, r in enumerate([0.0, 1.0, 2.0]):
        ang = np.random.rand(n_per_class) * 2 * np.pi
        rad = r + 0.15 * np.random.randn(n_per_class)
        X.append(np.stack([rad * np.cos(ang), rad * np.sin(ang)], axis=1))
        y += [c] * n_per_class
    return np.concatenate(X), np.array(y)


if __name__ == '__main__':
    np.random.seed(5)
    X, y = rings(100)
    model = Model([Dense(2, 16, l2=0.02), ReLU(), Dense(16, 16, l2=0.02), ReLU(), Dense(16, 3, l2=0.02)])
    for it in range(800):
        loss = model.train_step(X, y, lr=0.3)
        if it % 100 == 0:
            acc = (model.forward(X).argmax(1) == y).mean()
            print('iter', it, 'loss', round(loss, 4), 'acc', round(acc, 3))
    print('final acc', (model.forward(X).argmax(1) == y).mean())
