import numpy as np


class SequenceRegressor:
    """Reads a whole sequence, then answers once (many to one). Gradients are clipped to [-1, 1]."""

    def __init__(self, input_size, hidden_size, rng):
        self.hidden_size = hidden_size
        self.Wx = rng.standard_normal((input_size, hidden_size)) * 0.4
        self.Wh = rng.standard_normal((hidden_size, hidden_size)) * 0.3
        self.bh = np.zeros(hidden_size)
        self.Wy = rng.standard_normal((hidden_size, 1)) * 0.4
        self.by = np.zeros(1)

    def forward(self, x):
        batch, steps, _ = x.shape
        self.h = {-1: np.zeros((batch, self.hidden_size))}
        for t in range(steps):
            self.h[t] = np.tanh(x[:, t] @ self.Wx + self.h[t - 1] @ self.Wh + self.bh)
        return self.h[steps - 1] @ self.Wy + self.by

    def backward(self, x, dy):
        steps = x.shape[1]
        grads = {name: np.zeros_like(getattr(self, name)) for name in ("Wx", "Wh", "bh", "Wy", "by")}
        grads["Wy"] += self.h[steps - 1].T @ dy
        grads["by"] += dy.sum(axis=0)
        dh = dy @ self.Wy.T
        for t in range(steps - 1, -1, -1):
            dz = dh * (1 - self.h[t] ** 2)
            grads["Wx"] += x[:, t].T @ dz
            grads["Wh"] += self.h[t - 1].T @ dz
            grads["bh"] += dz.sum(axis=0)
            dh = dz @ self.Wh.T
        for g in grads.values():
            np.clip(g, -1, 1, out=g)
        return grads


rng = np.random.default_rng(12345)
net = SequenceRegressor(2, 6, rng)
lr = 0.05
for it in range(200):
    # value and a switch: the sum of the values whose switch is on
    x = np.stack([rng.uniform(-0.5, 0.5, (16, 4)), rng.integers(0, 2, (16, 4))], axis=2)
    target = np.sum(x[:, :, 0] * x[:, :, 1], axis=1, keepdims=True)
    out = net.forward(x)
    loss = np.mean((out - target) ** 2)
    grads = net.backward(x, 2 * (out - target) / len(x))
    for name, g in grads.items():
        setattr(net, name, getattr(net, name) - lr * g)
    if it % 50 == 0:
        print(f"{it:4d} {loss:.5f}")
