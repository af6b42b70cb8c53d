import numpy as np

class BatchNorm:
    """batch normalisation over the rows of x"""
    def __init__(self, dim, momentum=0.9, eps=1e-5):
        self.gamma = np.ones(dim)
        self.beta = np.zeros(dim)
        self.running_mean = np.zeros(dim)
        self.running_var = np.ones(dim)
        self.momentum = momentum
        self.eps = eps

    def forward(self, x, train):
        if not train:
            x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
            return self.gamma * x_hat + self.beta
        mu = x.mean(axis=0)
        var = x.var(axis=0)
        self.inv_std = 1.0 / np.sqrt(var + self.eps)
        self.x_hat = (x - mu) * self.inv_std
        self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
        self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        return self.gamma * self.x_hat + self.beta

    def backward(self, dout):
        N = dout.shape[0]
        self.dgamma = np.sum(dout * self.x_hat, axis=0)
        self.dbeta = np.sum(dout, axis=0)
        dx_hat = dout * self.gamma
        dx = self.inv_std / N * (N * dx_hat - dx_hat.sum(axis=0) - self.x_hat * np.sum(dx_hat * self.x_hat, axis=0))
        return dx


class Linear:
    def __init__(self, fan_in, fan_out):
        self.w = np.random.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in)
        self.b = np.zeros(fan_out)

    def forward(self, x):
        self.x = x
        return x.dot(self.w) + self.b

    def backward(self, dout):
        self.dw = self.x.T.dot(dout)
        self.db = dout.sum(axis=0)
        return dout.dot(self.w.T)


class Net:
    def __init__(self, hidden=32):
        self.fc1 = Linear(2, hidden)
        self.bn1 = BatchNorm(hidden)
        self.fc2 = Linear(hidden, hidden)
        self.bn2 = BatchNorm(hidden)
        self.fc3 = Linear(hidden, 3)

    def forward(self, x, train=True):
        self.r1 = np.maximum(self.bn1.forward(self.fc1.forward(x), train), 0)
        self.r2 = np.maximum(self.bn2.forward(self.fc2.forward(self.r1), train), 0)
        scores = self.fc3.forward(self.r2)
        scores = scores - scores.max(axis=1, keepdims=True)
        self.logp = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return self.logp

    def backward(self, y):
        d = np.exp(self.logp)
        d[np.arange(len(y)), y] -= 1
        d = self.fc3.backward(d / len(y))
        d = self.bn2.backward(d * (self.r2 > 0))
        d = self.fc2.backward(d)
        d = self.bn1.backward(d * (self.r1 > 0))
        self.fc1.backward(d)

    def sgd(self, lr):
        for fc in (self.fc1, self.fc2, self.fc3):
            fc.w -= lr * fc.dw
            fc.b -= lr * fc.db
        for bn in (self.bn1, self.bn2):
            bn.gamma -= lr * bn.dgamma
            bn.beta -= lr * bn.dbeta


def rings(n):
    y = np.random.randint(0, 3, n)
    r = 1.0 + y + 0.2 * np.random.randn(n)
    phi = np.random.uniform(0, 2 * np.pi, n)
    return np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1), y


np.random.seed(6)
X, Y = rings(320)
X_test, Y_test = rings(120)
net = Net()
for epoch in range(25):
    p = np.random.permutation(320)
    losses = []
    for k in range(10):
        idx = p[32 * k:32 * (k + 1)]
        logp = net.forward(X[idx])
        losses.append(-logp[np.arange(32), Y[idx]].mean())
        net.backward(Y[idx])
        net.sgd(0.1)
    if epoch % 5 == 4:
        acc = (net.forward(X_test, train=False).argmax(1) == Y_test).mean()
        print('epoch', epoch + 1, 'loss', np.mean(losses).round(4), 'test acc', acc.round(3))
