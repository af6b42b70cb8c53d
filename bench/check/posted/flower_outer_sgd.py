import numpy as np
from random import Random

# 3 kinds of flowers, petal length/width + sepal length/width (cm), invented after iris.
# Online learning, one flower at a time. Vectors are 1-D, gradients with np.outer.

TABLE = """
5.1 3.5 1.4 0.2 setosa
4.9 3.0 1.4 0.2 setosa
4.6 3.1 1.5 0.2 setosa
5.4 3.9 1.7 0.4 setosa
5.0 3.4 1.5 0.1 setosa
5.8 4.0 1.2 0.2 setosa
7.0 3.2 4.7 1.4 versicolor
6.4 3.2 4.5 1.5 versicolor
5.5 2.3 4.0 1.3 versicolor
6.5 2.8 4.6 1.5 versicolor
5.7 2.8 4.5 1.3 versicolor
5.2 2.7 3.9 1.4 versicolor
6.3 3.3 6.0 2.5 virginica
5.8 2.7 5.1 1.9 virginica
7.1 3.0 5.9 2.1 virginica
6.5 3.0 5.8 2.2 virginica
7.6 3.0 6.6 2.1 virginica
6.0 2.2 5.0 1.5 virginica
"""
NAMES = ["setosa", "versicolor", "virginica"]
rows = [line.split() for line in TABLE.strip().splitlines()]
feats = np.array([[float(v) for v in r[:4]] for r in rows])
feats = (feats - feats.mean(0)) / feats.std(0)
labels = [NAMES.index(r[4]) for r in rows]


class Net:
    def __init__(self, nIn, nHid, nOut, rate):
        g = np.random.default_rng(12)
        self.w_hid = g.normal(0, 0.5, (nHid, nIn))
        self.b_hid = np.zeros(nHid)
        self.w_mid = g.normal(0, 0.5, (nHid, nHid))
        self.b_mid = np.zeros(nHid)
        self.w_out = g.normal(0, 0.5, (nOut, nHid))
        self.b_out = np.zeros(nOut)
        self.rate = rate

    def think(self, x):
        self.x = x
        self.hid = np.tanh(self.w_hid @ x + self.b_hid)
        self.mid = np.tanh(self.w_mid @ self.hid + self.b_mid)
        o = self.w_out @ self.mid + self.b_out
        o = np.exp(o - np.max(o))
        self.prob = o / np.sum(o)
        return self.prob

    def learn(self, x, label):
        self.think(x)
        loss = -np.log(self.prob[label])

        d_out = self.prob.copy()
        d_out[label] -= 1.0
        d_mid = (self.w_out.T @ d_out) * (1 - self.mid ** 2)
        d_hid = (self.w_mid.T @ d_mid) * (1 - self.hid ** 2)

        self.w_out -= self.rate * np.outer(d_out, self.mid)
        self.b_out -= self.rate * d_out
        self.w_mid -= self.rate * np.outer(d_mid, self.hid)
        self.b_mid -= self.rate * d_mid
        self.w_hid -= self.rate * np.outer(d_hid, self.x)
        self.b_hid -= self.rate * d_hid
        return loss


net = Net(4, 5, 3, rate=0.05)
order = list(range(len(feats)))
shuffler = Random(0)
for ep in range(101):
    shuffler.shuffle(order)
    avg = sum(net.learn(feats[i], labels[i]) for i in order) / len(order)
    if ep % 20 == 0:
        print("epoch %3d  avg loss %.4f" % (ep, avg))
hits = sum(net.think(f).argmax() == l for f, l in zip(feats, labels))
print(hits, "/", len(feats), "correct")
