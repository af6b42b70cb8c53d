import numpy as np
class Dense:
    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out) * 0.3
        self.b = np.zeros((1, n_out))
        self.vw = np.zeros_like(self.w)
        self.vb = np.zeros_like(self.b)
    def forward(self, x):
        self.x = x
        return x @ self.w + self.b
    def backward(self, g, lr):
        dw = self.x.T @ g
        db = g.sum(axis=0, keepdims=True)
        gx = g @ self.w.T
        self.vw = 0.9 * self.vw - lr * dw
        self.vb = 0.9 * self.vb - lr * db
        self.w += self.vw
        self.b += self.vb
        return gx
class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y
    def backward(self, g, lr):
        return g * (1 - self.y ** 2)
class Net:
    def __init__(self, layers):
        self.layers = layers
    def fit(self, X, Y, epochs, lr):
        for e in range(epochs):
            out = X
            for layer in self.layers:
                out = layer.forward(out)
            loss = np.mean((out - Y) ** 2)
            g = 2 * (out - Y) / Y.size
            for layer in reversed(self.layers):
                g = layer.backward(g, lr)
            if e % 100 == 0:
                print(f"epoch {e} loss {loss:.4f}")
np.random.seed(3)
X = np.random.rand(20, 3)
Y = np.sin(X.sum(axis=1, keepdims=True))
net = Net([Dense(3, 6), Tanh(), Dense(6, 1)])
net.fit(X, Y, 1000, 0.05)
