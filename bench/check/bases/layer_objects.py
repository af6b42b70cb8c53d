import numpy as np


class Layer:
    def parameters(self):
        return []


class Affine(Layer):
    def __init__(self, rng, rows, cols):
        self.W = rng.standard_normal((rows, cols)) * np.sqrt(2 / rows)
        self.b = np.zeros((1, cols))

    def __call__(self, x):
        self.input = x
        return np.matmul(x, self.W) + self.b

    def backward(self, upstream):
        self.grad_W = np.matmul(self.input.T, upstream)
        self.grad_b = np.sum(upstream, axis=0, keepdims=True)
        return np.matmul(upstream, self.W.T)


class ReLU(Layer):
    def __call__(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, upstream):
        return upstream * self.mask


class SoftmaxLoss:
    def __call__(self, logits, onehot):
        e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        self.p = e / np.sum(e, axis=1, keepdims=True)
        self.t = onehot
        return -np.sum(onehot * np.log(self.p)) / len(onehot)

    def backward(self):
        return (self.p - self.t) / len(self.t)


class Momentum:
    def __init__(self, layers, lr=0.1, mu=0.9):
        self.layers, self.lr, self.mu = layers, lr, mu
        self.vel = [(np.zeros_like(l.W), np.zeros_like(l.b)) for l in layers]

    def step(self):
        for k, layer in enumerate(self.layers):
            vw, vb = self.vel[k]
            vw = self.mu * vw + layer.grad_W
            vb = self.mu * vb + layer.grad_b
            layer.W = layer.W - self.lr * vw
            layer.b = layer.b - self.lr * vb
            self.vel[k] = (vw, vb)


rng = np.random.default_rng(17)
X = rng.standard_normal((45, 3))
labels = np.digitize(X.sum(axis=1), [-1, 1])
Y = np.eye(3)[labels]
model = [Affine(rng, 3, 8), ReLU(), Affine(rng, 8, 3)]
criterion = SoftmaxLoss()
optimizer = Momentum([model[0], model[2]])
for epoch in range(100):
    h = X
    for layer in model:
        h = layer(h)
    loss = criterion(h, Y)
    g = criterion.backward()
    for layer in reversed(model):
        g = layer.backward(g)
    optimizer.step()
    if epoch % 25 == 0:
        print("loss =", loss)
