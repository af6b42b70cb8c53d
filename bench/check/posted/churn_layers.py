"""
Mini framework: Dense / ReLU / Dropout layers with momentum.
Fake telecom customers: does the customer leave next month?
"""
import numpy as np

np.random.seed(31)


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros((1, n_out))
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)

    def forward(self, X, training):
        self.X = X
        return X @ self.W + self.b

    def backward(self, grad):
        self.dW = self.X.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.T

    def step(self, lr, mu):
        self.vW = mu * self.vW + self.dW
        self.vb = mu * self.vb + self.db
        self.W -= lr * self.vW
        self.b -= lr * self.vb


class ReLU:
    def forward(self, X, training):
        self.mask = X > 0
        return X * self.mask

    def backward(self, grad):
        return grad * self.mask

    def step(self, lr, mu):
        pass


class Dropout:
    def __init__(self, rate):
        self.keep = 1.0 - rate

    def forward(self, X, training):
        if not training:
            return X
        self.mask = (np.random.rand(*X.shape) < self.keep) / self.keep
        return X * self.mask

    def backward(self, grad):
        return grad * self.mask

    def step(self, lr, mu):
        pass


class Network:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, X, training=False):
        for layer in self.layers:
            X = layer.forward(X, training)
        return 1 / (1 + np.exp(-X))

    def train_batch(self, X, y, lr, mu):
        p = self.forward(X, training=True)
        grad = (p - y) / len(y)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        for layer in self.layers:
            layer.step(lr, mu)

    def loss(self, X, y):
        p = np.clip(self.forward(X), 1e-9, 1 - 1e-9)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def accuracy(self, X, y):
        return np.mean((self.forward(X) > 0.5) == y)


n = 600
months = np.random.randint(1, 72, n)
bill = np.random.uniform(15, 120, n)
calls = np.random.poisson(2, n)
score = 1.2 * (bill - 65) / 30 - 1.5 * (months - 36) / 20 + 0.9 * (calls - 2) + 0.8 * (months < 6)
y = (score + 0.4 * np.random.randn(n) > 0).astype(float).reshape(-1, 1)
X = np.column_stack([months, bill, calls]).astype(float)
X = (X - X.mean(axis=0)) / X.std(axis=0)
X_train, y_train, X_test, y_test = X[:480], y[:480], X[480:], y[480:]

net = Network(Dense(3, 16), ReLU(), Dropout(0.2), Dense(16, 8), ReLU(), Dense(8, 1))
batch = 32
for epoch in range(1, 601):
    perm = np.random.permutation(len(X_train))
    for i in range(0, len(X_train), batch):
        j = perm[i:i + batch]
        net.train_batch(X_train[j], y_train[j], lr=0.02, mu=0.9)
    if epoch == 1 or epoch % 100 == 0:
        print("epoch %3d  train loss %.4f  test loss %.4f  test acc %.3f" % (
            epoch, net.loss(X_train, y_train), net.loss(X_test, y_test), net.accuracy(X_test, y_test)))
