import numpy as np

np.random.seed(23)


class RMSProp:
    def __init__(self, shape, rate=0.01, decay=0.9):
        self.cache = np.zeros(shape)
        self.rate, self.decay = rate, decay

    def step(self, param, grad):
        self.cache = self.decay * self.cache + (1 - self.decay) * grad ** 2
        return param - self.rate * grad / (np.sqrt(self.cache) + 1e-8)


X = np.random.rand(5, 32)
Y = np.vstack([X[0] * X[1], X[2] - X[3]])
W1 = np.random.randn(8, 5) * 0.4
b1 = np.zeros((8, 1))
W2 = np.random.randn(2, 8) * 0.4
b2 = np.zeros((2, 1))
opt = [RMSProp(p.shape) for p in (W1, b1, W2, b2)]
for epoch in range(150):
    Z1 = W1 @ X + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = W2 @ A1 + b2
    loss = np.sum((Z2 - Y) ** 2) / X.shape[1]
    dZ2 = 2 * (Z2 - Y) / X.shape[1]
    dW2 = dZ2 @ A1.T
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = dZ1 @ X.T
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    W1 = opt[0].step(W1, dW1)
    b1 = opt[1].step(b1, db1)
    W2 = opt[2].step(W2, dW2)
    b2 = opt[3].step(b2, db2)
    if epoch % 50 == 0:
        print(f"{epoch}: {loss:.5f}")
