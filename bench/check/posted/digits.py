import numpy as np

# 4x6 pixel digits
FONT = [
    ".##. #..# #..# #..# #..# .##.",
    "..#. .##. ..#. ..#. ..#. .###",
    ".##. #..# ...# ..#. .#.. ####",
    "###. ...# .##. ...# ...# ###.",
    "#..# #..# #..# #### ...# ...#",
    "#### #... ###. ...# ...# ###.",
    ".### #... ###. #..# #..# .##.",
    "#### ...# ..#. ..#. .#.. .#..",
    ".##. #..# .##. #..# #..# .##.",
    ".##. #..# #..# .### ...# ###.",
]


def make_data(copies, flip, rng):
    base = np.array([[1.0 if c == "#" else 0.0 for c in s.replace(" ", "")] for s in FONT])
    X = np.repeat(base, copies, axis=0)
    labels = np.repeat(np.arange(10), copies)
    noise = rng.random(X.shape) < flip
    X = np.where(noise, 1 - X, X)
    return X, labels


class DigitNet:
    """24 -> hidden -> 10, relu + dropout, softmax on top"""

    def __init__(self, hidden=40, lr=0.1, keep=0.8, seed=0):
        self.rng = np.random.default_rng(seed)
        self.W1 = self.rng.normal(0, np.sqrt(2 / 24), (24, hidden))
        self.b1 = np.zeros(hidden)
        self.W2 = self.rng.normal(0, np.sqrt(1 / hidden), (hidden, 10))
        self.b2 = np.zeros(10)
        self.lr = lr
        self.keep = keep

    def softmax(self, z):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)

    def forward(self, X, train=False):
        self.X = X
        self.z1 = X @ self.W1 + self.b1
        self.h = np.maximum(self.z1, 0)
        if train:
            self.mask = (self.rng.random(self.h.shape) < self.keep) / self.keep
            self.h = self.h * self.mask
        self.p = self.softmax(self.h @ self.W2 + self.b2)
        return self.p

    def backward(self, T):
        n = T.shape[0]
        dz2 = (self.p - T) / n
        dW2 = self.h.T @ dz2
        db2 = dz2.sum(axis=0)
        dh = (dz2 @ self.W2.T) * self.mask
        dz1 = dh * (self.z1 > 0)
        dW1 = self.X.T @ dz1
        db1 = dz1.sum(axis=0)
        return dW1, db1, dW2, db2

    def step(self, grads):
        dW1, db1, dW2, db2 = grads
        self.W1 -= self.lr * dW1
        self.b1 -= self.lr * db1
        self.W2 -= self.lr * dW2
        self.b2 -= self.lr * db2

    def accuracy(self, X, labels):
        return np.mean(np.argmax(self.forward(X), axis=1) == labels)


rng = np.random.default_rng(1)
Xtr, ltr = make_data(80, 0.08, rng)
Xte, lte = make_data(30, 0.08, rng)
Ttr = np.eye(10)[ltr]

net = DigitNet()
batch = 20
for epoch in range(1, 201):
    idx = rng.permutation(len(Xtr))
    total = 0.0
    for k in range(0, len(idx), batch):
        j = idx[k:k + batch]
        p = net.forward(Xtr[j], train=True)
        total += -np.sum(Ttr[j] * np.log(p + 1e-12))
        net.step(net.backward(Ttr[j]))
    if epoch == 1 or epoch % 20 == 0:
        print("epoch", epoch, "loss %.4f" % (total / len(Xtr)),
              "train acc %.3f" % net.accuracy(Xtr, ltr),
              "test acc %.3f" % net.accuracy(Xte, lte))
