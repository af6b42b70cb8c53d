import numpy as np


class DenoisingAutoencoder(object):
    """Tied weights; the input is destroyed here and there, the reconstruction is held against what it was."""

    def __init__(self, visible, hidden, seed=0):
        self.rng = np.random.RandomState(seed)
        self.W = self.rng.uniform(-0.4, 0.4, (visible, hidden))
        self.hbias = np.zeros(hidden)
        self.vbias = np.zeros(visible)

    @staticmethod
    def sigmoid(a):
        return 1.0 / (1.0 + np.exp(-a))

    def corrupt(self, x, level):
        return x * (self.rng.uniform(size=x.shape) > level)

    def encode(self, x):
        return self.sigmoid(np.dot(x, self.W) + self.hbias)

    def decode(self, y):
        return self.sigmoid(np.dot(y, self.W.T) + self.vbias)

    def train_batch(self, x, lr, level):
        noisy = self.corrupt(x, level)
        y = self.encode(noisy)
        z = self.decode(y)
        cost = -np.mean(np.sum(x * np.log(z) + (1 - x) * np.log(1 - z), axis=1))
        dz = z - x
        dh = np.dot(dz, self.W) * y * (1 - y)
        gW = np.dot(noisy.T, dh) + np.dot(dz.T, y)
        self.W += -lr * gW / len(x)
        self.hbias += -lr * np.mean(dh, axis=0)
        self.vbias += -lr * np.mean(dz, axis=0)
        return cost


rs = np.random.RandomState(19)
prototypes = rs.rand(4, 12) > 0.5
data = np.array([np.where(rs.rand(12) < 0.05, ~prototypes[k % 4], prototypes[k % 4]) for k in range(40)], dtype=float)
da = DenoisingAutoencoder(12, 6)
for epoch in range(30):
    rs.shuffle(data)
    costs = [da.train_batch(data[s:s + 10], lr=0.4, level=0.2) for s in range(0, 40, 10)]
    if epoch % 10 == 9:
        print('Training epoch %d, cost is %f' % (epoch + 1, np.mean(costs)))
