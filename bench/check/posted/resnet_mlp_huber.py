import numpy as np

np.random.seed(55)

# Residual MLP for regression, Huber loss (data has outliers)
#   h = x*Win ; h = h + relu(h*Wa + ba)*Wb + bb  (x N) ; out = h*Wout

def make_data(n):
    X = np.random.uniform(-2, 2, (n, 2))
    y = np.sin(X[:, 0] * 1.5) + 0.5 * np.cos(2 * X[:, 1])
    bad = np.random.rand(n) < 0.08
    y_noisy = y + 0.05 * np.random.randn(n) + bad * np.random.randn(n) * 4
    return X, y_noisy.reshape(-1, 1), y.reshape(-1, 1)


class ResBlock:
    def __init__(self, width, inner):
        self.Wa = np.random.randn(width, inner) * np.sqrt(2 / width)
        self.ba = np.zeros(inner)
        self.Wb = np.random.randn(inner, width) * 0.1
        self.bb = np.zeros(width)

    def forward(self, h):
        self.h = h
        self.u = h @ self.Wa + self.ba
        self.r = np.maximum(self.u, 0)
        return h + self.r @ self.Wb + self.bb

    def backward(self, dout):
        self.dWb = self.r.T @ dout
        self.dbb = dout.sum(0)
        du = (dout @ self.Wb.T) * (self.u > 0)
        self.dWa = self.h.T @ du
        self.dba = du.sum(0)
        return dout + du @ self.Wa.T

    def params(self):
        return [(self, n) for n in ('Wa', 'ba', 'Wb', 'bb')]


class ResNet:
    def __init__(self, d_in, width, inner, n_blocks):
        self.Win = np.random.randn(d_in, width) / np.sqrt(d_in)
        self.blocks = [ResBlock(width, inner) for _ in range(n_blocks)]
        self.Wout = np.random.randn(width, 1) / np.sqrt(width)

    def forward(self, X):
        self.X = X
        h = X @ self.Win
        for block in self.blocks:
            h = block.forward(h)
        self.h = h
        return h @ self.Wout

    def backward(self, dout):
        self.dWout = self.h.T @ dout
        dh = dout @ self.Wout.T
        for block in self.blocks[::-1]:
            dh = block.backward(dh)
        self.dWin = self.X.T @ dh

    def params(self):
        out = [(self, 'Win'), (self, 'Wout')]
        for block in self.blocks:
            out += block.params()
        return out


def huber(pred, y, delta=1.0):
    e = pred - y
    small = np.abs(e) <= delta
    loss = np.where(small, 0.5 * e ** 2, delta * (np.abs(e) - 0.5 * delta)).mean()
    grad = np.where(small, e, delta * np.sign(e)) / e.size
    return loss, grad


Xtr, ytr, _ = make_data(400)
Xte, _, yte_clean = make_data(200)
net = ResNet(2, 10, 16, 3)
cache = {}
lr = 0.003
for epoch in range(150):
    for idx in np.array_split(np.random.permutation(400), 10):
        loss, grad = huber(net.forward(Xtr[idx]), ytr[idx])
        net.backward(grad)
        for obj, name in net.params():         # RMSprop
            gr = getattr(obj, 'd' + name)
            key = (id(obj), name)
            cache[key] = 0.9 * cache.get(key, np.zeros_like(gr)) + 0.1 * gr ** 2
            setattr(obj, name, getattr(obj, name) - lr * gr / (np.sqrt(cache[key]) + 1e-7))
    if epoch == 100:
        lr *= 0.3
    if epoch % 25 == 24:
        tr = huber(net.forward(Xtr), ytr)[0]
        rmse = np.sqrt(np.mean((net.forward(Xte) - yte_clean) ** 2))
        print('epoch', epoch + 1, 'huber %.4f' % tr, 'rmse to clean test targets %.4f' % rmse)
