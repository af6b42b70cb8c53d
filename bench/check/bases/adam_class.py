import numpy as np

np.random.seed(27)


class Net:
    def __init__(self, sizes):
        self.p = {}
        for k in range(len(sizes) - 1):
            self.p[f'W{k}'] = np.random.randn(sizes[k], sizes[k + 1]) / np.sqrt(sizes[k])
            self.p[f'b{k}'] = np.zeros((1, sizes[k + 1]))
        self.depth = len(sizes) - 1
        self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.t = 0

    def forward(self, x):
        self.acts = [x]
        for k in range(self.depth):
            z = self.acts[-1] @ self.p[f'W{k}'] + self.p[f'b{k}']
            self.acts.append(np.tanh(z) if k < self.depth - 1 else z)
        return self.acts[-1]

    def backward(self, y):
        grads = {}
        delta = 2 * (self.acts[-1] - y) / len(y)
        for k in range(self.depth - 1, -1, -1):
            grads[f'W{k}'] = self.acts[k].T @ delta
            grads[f'b{k}'] = np.sum(delta, axis=0, keepdims=True)
            delta = delta @ self.p[f'W{k}'].T
            if k > 0:
                delta = delta * (1 - self.acts[k] ** 2)
        return grads

    def adam(self, grads, lr=0.01, b1=0.9, b2=0.999, eps=1e-8):
        self.t += 1
        for key in self.p:
            self.m[key] = b1 * self.m[key] + (1 - b1) * grads[key]
            self.v[key] = b2 * self.v[key] + (1 - b2) * (grads[key] * grads[key])
            mhat = self.m[key] / (1 - b1 ** self.t)
            vhat = self.v[key] / (1 - b2 ** self.t)
            self.p[key] -= lr * mhat / (np.sqrt(vhat) + eps)


X = np.random.rand(30, 2) * 2 - 1
Y = np.column_stack([X[:, 0] * X[:, 1], X[:, 0] - X[:, 1]])
net = Net([2, 8, 6, 2])
for step in range(300):
    out = net.forward(X)
    loss = np.sum((out - Y) ** 2) / len(Y)
    net.adam(net.backward(Y))
    if step % 100 == 0:
        print(step, loss)
