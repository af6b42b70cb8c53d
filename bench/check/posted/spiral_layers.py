import numpy as np

np.random.seed(42)


class Layer:
    params, grads = (), ()

    def forward(self, x, train): raise NotImplementedError
    def backward(self, dout): raise NotImplementedError


class Linear(Layer):
    def __init__(self, n_in, n_out):
        self.params = [np.random.randn(n_in, n_out) * np.sqrt(2 / n_in), np.zeros((1, n_out))]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x, train):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dout):
        self.grads[0] = self.x.T @ dout
        self.grads[1] = dout.sum(axis=0, keepdims=True)
        return dout @ self.params[0].T


class ReLU(Layer):
    def forward(self, x, train):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class BatchNorm(Layer):
    def __init__(self, n, momentum=0.9, eps=1e-5):
        self.params = [np.ones((1, n)), np.zeros((1, n))]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.run_mean, self.run_var = np.zeros((1, n)), np.ones((1, n))
        self.momentum, self.eps = momentum, eps

    def forward(self, x, train):
        if train:
            mu, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            self.run_mean = self.momentum * self.run_mean + (1 - self.momentum) * mu
            self.run_var = self.momentum * self.run_var + (1 - self.momentum) * var
        else:
            mu, var = self.run_mean, self.run_var
        self.inv_std = 1 / np.sqrt(var + self.eps)
        self.xhat = (x - mu) * self.inv_std
        return self.params[0] * self.xhat + self.params[1]

    def backward(self, dout):
        N = dout.shape[0]
        self.grads[0] = (dout * self.xhat).sum(axis=0, keepdims=True)
        self.grads[1] = dout.sum(axis=0, keepdims=True)
        dxhat = dout * self.params[0]
        return self.inv_std / N * (N * dxhat - dxhat.sum(axis=0) - self.xhat * (dxhat * self.xhat).sum(axis=0))


class Dropout(Layer):
    def __init__(self, p):
        self.p = p

    def forward(self, x, train):
        if not train:
            return x
        self.mask = (np.random.rand(*x.shape) > self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


def softmax_loss(scores, y):
    s = scores - scores.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    n = len(y)
    loss = -logp[np.arange(n), y].mean()
    d = np.exp(logp)
    d[np.arange(n), y] -= 1
    return loss, d / n


class Adam:
    def __init__(self, layers, lr=0.01, b1=0.9, b2=0.999):
        self.layers, self.lr, self.b1, self.b2, self.t = layers, lr, b1, b2, 0
        self.m = [[np.zeros_like(p) for p in l.params] for l in layers]
        self.v = [[np.zeros_like(p) for p in l.params] for l in layers]

    def step(self):
        self.t += 1
        for i, layer in enumerate(self.layers):
            for j, (p, g) in enumerate(zip(layer.params, layer.grads)):
                self.m[i][j] = self.b1 * self.m[i][j] + (1 - self.b1) * g
                self.v[i][j] = self.b2 * self.v[i][j] + (1 - self.b2) * g ** 2
                mhat = self.m[i][j] / (1 - self.b1 ** self.t)
                vhat = self.v[i][j] / (1 - self.b2 ** self.t)
                p -= self.lr * mhat / (np.sqrt(vhat) + 1e-8)


# spiral data (3 arms)
N, K = 150, 3
X, y = np.zeros((N * K, 2)), np.zeros(N * K, dtype=int)
for k in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(k * 4, (k + 1) * 4, N) + np.random.randn(N) * 0.2
    X[k * N:(k + 1) * N] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[k * N:(k + 1) * N] = k

net = [Linear(2, 64), BatchNorm(64), ReLU(), Dropout(0.2), Linear(64, 32), ReLU(), Linear(32, K)]
opt = Adam(net, lr=0.005)

for epoch in range(201):
    out = X
    for layer in net:
        out = layer.forward(out, train=True)
    loss, grad = softmax_loss(out, y)
    for layer in reversed(net):
        grad = layer.backward(grad)
    opt.step()
    if epoch % 25 == 0:
        out = X
        for layer in net:
            out = layer.forward(out, train=False)
        print(f"epoch {epoch:4d} | loss {loss:.4f} | acc {(out.argmax(1) == y).mean():.3f}")
