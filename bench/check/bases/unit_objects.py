import numpy as np


class Unit:
    def __init__(self, n_inputs):
        self.w = rng.normal(0, 0.7, n_inputs)
        self.b = np.zeros(1)
        self.zero_grad()

    def zero_grad(self):
        self.grad_w = np.zeros_like(self.w)
        self.grad_b = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        self.z = self.w @ x + self.b
        self.a = np.tanh(self.z)
        return self.a

    def backward(self, da):
        dz = da * (1 - self.a ** 2)
        self.grad_w += dz * self.x
        self.grad_b += dz
        return dz * self.w

    def step(self, lr):
        self.w -= lr * self.grad_w
        self.b -= lr * self.grad_b


class Brain:
    def __init__(self, *sizes):
        self.layers = [[Unit(n) for _ in range(m)] for n, m in zip(sizes[:-1], sizes[1:])]

    def forward(self, x):
        for layer in self.layers:
            x = np.concatenate([unit.forward(x) for unit in layer])
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad_in = np.zeros(len(layer[0].w))
            for unit, g in zip(layer, grad):
                grad_in += unit.backward(g)
            grad = grad_in

    def each(self):
        for layer in self.layers:
            yield from layer


rng = np.random.default_rng(3)
points = rng.uniform(-1, 1, (12, 2))
signs = np.where(points[:, 0] > np.sin(3 * points[:, 1]), 0.9, -0.9)
brain = Brain(2, 4, 3, 1)

for epoch in range(60):
    for unit in brain.each():
        unit.zero_grad()
    loss = 0
    for x, y in zip(points, signs):
        out = brain.forward(x)
        loss += np.sum((out - y) ** 2) / len(points)
        brain.backward(2 * (out - y) / len(points))
    for unit in brain.each():
        unit.step(0.2)
    if epoch % 15 == 0:
        print(f"epoch {epoch}: loss {loss:.4f}")
