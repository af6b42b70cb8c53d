import numpy as np

# three spiral arms, MLP with batch normalisation, Adam with decoupled weight decay

class Linear:
    def __init__(self, rs, n_in, n_out):
        self.params = {'W': rs.randn(n_in, n_out) * np.sqrt(2.0 / n_in), 'b': np.zeros(n_out)}
        self.grads = {}
    def forward(self, x, train):
        self.x = x
        return x.dot(self.params['W']) + self.params['b']
    def backward(self, d):
        self.grads['W'] = self.x.T.dot(d)
        self.grads['b'] = d.sum(axis=0)
        return d.dot(self.params['W'].T)

class BatchNorm:
    def __init__(self, n, momentum=0.9, eps=1e-5):
        self.params = {'gamma': np.ones(n), 'beta': np.zeros(n)}
        self.grads = {}
        self.running_mean = np.zeros(n)
        self.running_var = np.ones(n)
        self.momentum, self.eps = momentum, eps
    def forward(self, x, train):
        if train:
            mu = x.mean(axis=0)
            var = x.var(axis=0)
            k = self.momentum
            self.running_mean = k * self.running_mean + (1 - k) * mu
            self.running_var = k * self.running_var + (1 - k) * var
        else:
            mu, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mu) / self.std
        return self.params['gamma'] * self.xhat + self.params['beta']
    def backward(self, d):
        self.grads['gamma'] = (d * self.xhat).sum(axis=0)
        self.grads['beta'] = d.sum(axis=0)
        dxhat = d * self.params['gamma']
        # mean and std depend on x as well, hence the two extra terms
        dx = dxhat - dxhat.mean(axis=0) - self.xhat * (dxhat * self.xhat).mean(axis=0)
        return dx / self.std

class LeakyReLU:
    params, grads = {}, {}
    def forward(self, x, train):
        self.slope = np.where(x > 0, 1.0, 0.1)
        return x * self.slope
    def backward(self, d):
        return d * self.slope

class AdamW:
    def __init__(self, layers, lr=0.005, betas=(0.9, 0.99), eps=1e-8, decay=1e-3):
        self.layers, self.lr, self.betas, self.eps, self.decay = layers, lr, betas, eps, decay
        self.t = 0
        self.state = {}
    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for i, layer in enumerate(self.layers):
            for name, p in layer.params.items():
                g = layer.grads[name]
                m, v = self.state.get((i, name), (0.0, 0.0))
                m = b1 * m + (1 - b1) * g
                v = b2 * v + (1 - b2) * g ** 2
                self.state[(i, name)] = (m, v)
                mhat = m / (1 - b1 ** self.t)
                vhat = v / (1 - b2 ** self.t)
                if name == 'W':
                    p -= self.lr * self.decay * p
                p -= self.lr * mhat / (np.sqrt(vhat) + self.eps)

def spiral(rs, per_arm, arms=3):
    xs, ys = [], []
    for k in range(arms):
        r = np.linspace(0.1, 1, per_arm)
        a = np.linspace(0, 4.2, per_arm) + k * 2 * np.pi / arms + rs.randn(per_arm) * 0.15
        xs.append(np.c_[r * np.sin(a), r * np.cos(a)])
        ys.append(np.full(per_arm, k))
    return np.vstack(xs), np.hstack(ys)

def cross_entropy(scores, y):
    scores = scores - scores.max(axis=1, keepdims=True)
    logp = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    n = len(y)
    d = np.exp(logp)
    d[np.arange(n), y] -= 1
    return -logp[np.arange(n), y].mean(), d / n

def build(rs):
    return [Linear(rs, 2, 32), BatchNorm(32), LeakyReLU(),
            Linear(rs, 32, 32), BatchNorm(32), LeakyReLU(),
            Linear(rs, 32, 3)]

def forward(layers, x, train):
    for layer in layers:
        x = layer.forward(x, train)
    return x

def main():
    rs = np.random.RandomState(5)
    X, y = spiral(rs, 150)
    layers = build(rs)
    opt = AdamW(layers)
    for epoch in range(200):
        order = rs.permutation(len(X))
        losses = []
        for s in range(0, len(X), 45):
            j = order[s:s + 45]
            loss, d = cross_entropy(forward(layers, X[j], True), y[j])
            for layer in reversed(layers):
                d = layer.backward(d)
            opt.step()
            losses.append(loss)
        if epoch % 20 == 19:
            acc = (forward(layers, X, False).argmax(1) == y).mean()
            print(epoch + 1, 'loss', round(np.mean(losses), 4), 'acc', round(acc, 4))

main()
