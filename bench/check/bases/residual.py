import numpy as np


class ResidualBlock:
    """x -> x + relu(x @ up + shift) @ down"""

    def __init__(self, width, inner, rng):
        self.up = rng.randn(width, inner) * np.sqrt(2.0 / width)
        self.shift = np.full(inner, 0.05)
        self.down = rng.randn(inner, width) * 0.2

    def forward(self, x):
        self.x = x
        self.z = x @ self.up + self.shift
        self.h = np.maximum(self.z, 0)
        return x + self.h @ self.down

    def backward(self, g):
        self.g_down = self.h.T @ g
        gh = g @ self.down.T
        gz = gh * (self.z > 0)
        self.g_up = self.x.T @ gz
        self.g_shift = gz.sum(0)
        return g + gz @ self.up.T

    def descend(self, lr):
        self.up -= lr * self.g_up
        self.shift -= lr * self.g_shift
        self.down -= lr * self.g_down


rng = np.random.RandomState(152)
data = rng.randn(40, 5)
target = np.stack((np.abs(data[:, 0]) - np.abs(data[:, 1]), np.maximum(data[:, 2], data[:, 3])), 1)
blocks = [ResidualBlock(5, 8, rng) for _ in range(3)]
head = rng.randn(5, 2) * 0.3
head_bias = np.zeros(2)
for epoch in range(150):
    x = data
    for block in blocks:
        x = block.forward(x)
    out = x @ head + head_bias
    diff = out - target
    loss = (diff ** 2).sum() / len(data)

    g = 2 * diff / len(data)
    g_head, g_head_bias = x.T @ g, g.sum(0)
    g = g @ head.T
    for block in reversed(blocks):
        g = block.backward(g)
    for block in blocks:
        block.descend(0.03)
    head -= 0.03 * g_head
    head_bias -= 0.03 * g_head_bias
    if epoch % 30 == 0:
        print("epoch %d  loss %.4f" % (epoch, loss))
