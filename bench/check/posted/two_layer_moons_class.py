import numpy as np
try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None


def make_moons(n=200, noise=0.15, seed=0):
    """two half circles, like the sklearn function"""
    rng = np.random.RandomState(seed)
    n_out = n // 2
    n_in = n - n_out
    t_out = np.linspace(0, np.pi, n_out)
    t_in = np.linspace(0, np.pi, n_in)
    X = np.vstack([np.c_[np.cos(t_out), np.sin(t_out)],
                   np.c_[1 - np.cos(t_in), 0.5 - np.sin(t_in)]])
    y = np.hstack([np.zeros(n_out), np.ones(n_in)]).reshape(-1, 1)
    X = X + noise * rng.randn(*X.shape)
    return X, y


class NeuralNetwork:
    """input -> tanh hidden -> sigmoid output, binary cross entropy"""

    def __init__(self, n_input, n_hidden, n_output, learning_rate=0.5, seed=42):
        rng = np.random.RandomState(seed)
        self.W1 = rng.randn(n_input, n_hidden) / np.sqrt(n_input)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = rng.randn(n_hidden, n_output) / np.sqrt(n_hidden)
        self.b2 = np.zeros((1, n_output))
        self.lr = learning_rate
        self.losses = []

    @staticmethod
    def _sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    def _forward(self, X):
        self.Z1 = np.dot(X, self.W1) + self.b1
        self.A1 = np.tanh(self.Z1)
        self.Z2 = np.dot(self.A1, self.W2) + self.b2
        self.A2 = self._sigmoid(self.Z2)
        return self.A2

    def _loss(self, y, p):
        eps = 1e-12
        return -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))

    def _backward(self, X, y):
        m = X.shape[0]
        dZ2 = self.A2 - y
        dW2 = np.dot(self.A1.T, dZ2) / m
        db2 = np.sum(dZ2, axis=0, keepdims=True) / m
        dA1 = np.dot(dZ2, self.W2.T)
        dZ1 = dA1 * (1 - self.A1 ** 2)
        dW1 = np.dot(X.T, dZ1) / m
        db1 = np.sum(dZ1, axis=0, keepdims=True) / m
        return dW1, db1, dW2, db2

    def fit(self, X, y, epochs=3000):
        for i in range(epochs):
            p = self._forward(X)
            self.losses.append(self._loss(y, p))
            dW1, db1, dW2, db2 = self._backward(X, y)
            self.W1 -= self.lr * dW1
            self.b1 -= self.lr * db1
            self.W2 -= self.lr * dW2
            self.b2 -= self.lr * db2
            if i % 500 == 0:
                print(f"epoch {i:5d}  loss {self.losses[-1]:.5f}")
        return self

    def predict(self, X):
        return (self._forward(X) > 0.5).astype(int)


X, y = make_moons()
nn = NeuralNetwork(2, 8, 1)
nn.fit(X, y)
print("train accuracy:", np.mean(nn.predict(X) == y))

if plt is not None:
    plt.plot(nn.losses)
    plt.xlabel("epoch")
    plt.ylabel("BCE")
    plt.savefig("moons_loss.png")
