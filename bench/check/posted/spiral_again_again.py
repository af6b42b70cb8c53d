import numpy as np

rs = np.random.RandomState(2)


def spiral(n, k):
    X, y = [], []
    for c in range(k):
        r = np.linspace(0.05, 1, n)
        t = np.linspace(c * 2 * np.pi / k, c * 2 * np.pi / k + 4, n) + rs.randn(n) * 0.15
        X.append(np.c_[r * np.sin(t), r * np.cos(t)])
        y += [c] * n
    return np.concatenate(X), np.array(y)


class Dense:
    def __init__(self, i, o):
        self.w = rs.randn(i, o) * np.sqrt(2 / i)
        self.b = np.zeros((1, o))

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, d):
        self.dw = self.x.T @ d
        self.db = d.sum(0, keepdims=True)
        return d @ self.w.T

    def pairs(self):
        return [(self.w, self.dw), (self.b, self.db)]


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, d):
        return d * (self.x > 0)

    def pairs(self):
        return []


class SoftmaxCE:
    def forward(self, s, y):
        s = s - s.max(1, keepdims=True)
        p = np.exp(s)
        self.p = p / p.sum(1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y]).mean()

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(self.y)), self.y] -= 1
        return d / len(self.y)


class Adam:
    def __init__(self, lr=0.003, b1=0.9, b2=0.999):
        self.lr, self.b1, self.b2 = lr, b1, b2
        self.t = 0
        self.m, self.v = {}, {}

    def step(self, pairs):
        self.t += 1
        for k, (p, g) in enumerate(pairs):
            if k not in self.m:
                self.m[k] = np.zeros_like(p)
                self.v[k] = np.zeros_like(p)
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * g
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * g ** 2
            mh = self.m[k] / (1 - self.b1 ** self.t)
            vh = self.v[k] / (1 - self.b2 ** self.t)
            p -= self.lr * mh / (np.sqrt(vh) + 1e-8)


X, y = spiral(200, 3)
net = [Dense(2, 32), ReLU(), Dense(32, 32), ReLU(), Dense(32, 3)]
loss_fn = SoftmaxCE()
opt = Adam()
bs = 50

for ep in range(400):
    perm = rs.permutation(len(X))
    tot = 0
    for i in range(0, len(X), bs):
        j = perm[i:i + bs]
        out = X[j]
        for layer in net:
            out = layer.forward(out)
        tot += loss_fn.forward(out, y[j]) * len(j)
        d = loss_fn.backward()
        for layer in reversed(net):
            d = layer.backward(d)
        opt.step([pg for layer in net for pg in layer.pairs()])
    if ep % 40 == 0 or ep == 399:
        out = X
        for layer in net:
            out = layer.forward(out)
        print("ep %3d  loss %.4f  acc %.3f" % (ep, tot / len(X), (out.argmax(1) == y).mean()))
