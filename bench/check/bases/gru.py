"""GRU that reads a sequence of numbers and says whether their sum is positive."""
import numpy as np

np.random.seed(77)
H = 4          # units
T = 5          # length of a sequence
CLIP = 5.0


def sig(x):
    return 1 / (1 + np.exp(-x))


class GRU(object):
    def __init__(self, n_in, n_hid):
        s = 0.5
        self.Wz, self.Uz, self.bz = s * np.random.randn(n_hid, n_in), s * np.random.randn(n_hid, n_hid), np.zeros(n_hid)
        self.Wr, self.Ur, self.br = s * np.random.randn(n_hid, n_in), s * np.random.randn(n_hid, n_hid), np.zeros(n_hid)
        self.Wc, self.Uc, self.bc = s * np.random.randn(n_hid, n_in), s * np.random.randn(n_hid, n_hid), np.zeros(n_hid)
        self.v = s * np.random.randn(n_hid)
        self.names = ["Wz", "Uz", "bz", "Wr", "Ur", "br", "Wc", "Uc", "bc", "v"]

    def forward(self, xs):
        self.xs = xs
        self.h = [np.zeros(H)]
        self.z, self.r, self.c = [], [], []
        for x in xs:
            h = self.h[-1]
            z = sig(self.Wz @ x + self.Uz @ h + self.bz)
            r = sig(self.Wr @ x + self.Ur @ h + self.br)
            c = np.tanh(self.Wc @ x + self.Uc @ (r * h) + self.bc)
            self.z.append(z)
            self.r.append(r)
            self.c.append(c)
            self.h.append((1 - z) * h + z * c)
        self.p = sig(self.v @ self.h[-1])
        return self.p

    def backward(self, label):
        grad = {k: np.zeros_like(getattr(self, k)) for k in self.names}
        dlogit = self.p - label
        grad["v"] += dlogit * self.h[-1]
        dh = dlogit * self.v
        for t in reversed(range(len(self.xs))):
            x, h, z, r, c = self.xs[t], self.h[t], self.z[t], self.r[t], self.c[t]
            dc = dh * z * (1 - c ** 2)
            dz = dh * (c - h) * z * (1 - z)
            drh = self.Uc.T @ dc
            dr = drh * h * r * (1 - r)
            for gate, d, source in (("z", dz, h), ("r", dr, h), ("c", dc, r * h)):
                grad["W" + gate] += np.outer(d, x)
                grad["U" + gate] += np.outer(d, source)
                grad["b" + gate] += d
            dh = dh * (1 - z) + drh * r + self.Uz.T @ dz + self.Ur.T @ dr
        return grad

    def apply(self, grad, lr):
        norm = np.sqrt(sum(np.sum(g * g) for g in grad.values()))
        shrink = min(1.0, CLIP / (norm + 1e-12))
        for k in self.names:
            w = getattr(self, k)
            w -= lr * shrink * grad[k]


cell = GRU(2, H)
sequences = np.random.randn(12, T, 2)
labels = (sequences.sum(axis=(1, 2)) > 0).astype(float)
for epoch in range(15):
    total = 0.0
    for seq, y in zip(sequences, labels):
        p = cell.forward(seq)
        loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
        total += loss
        cell.apply(cell.backward(y), 0.2)
    print(epoch, total / len(labels))
