#!/usr/bin/env python3
# Mini framework: every layer has forward(x) / backward(g) and optionally params/grads.
import numpy as np

rng = np.random.default_rng(42)

GLYPHS = {
    0: "01110 10001 10001 10001 10001 10001 01110",
    1: "00100 01100 00100 00100 00100 00100 01110",
    2: "01110 10001 00001 00110 01000 10000 11111",
    3: "01110 10001 00001 00110 00001 10001 01110",
    4: "00010 00110 01010 10010 11111 00010 00010",
    5: "11111 10000 11110 00001 00001 10001 01110",
    6: "00110 01000 10000 11110 10001 10001 01110",
    7: "11111 00001 00010 00100 01000 01000 01000",
}


def make_glyphs(n):
    base = np.array([[float(c) for c in GLYPHS[k].replace(" ", "")] for k in sorted(GLYPHS)])
    y = rng.integers(0, len(base), n)
    x = base[y]
    flip = rng.random(x.shape) < 0.06
    x = np.where(flip, 1 - x, x) + 0.3 * rng.standard_normal(x.shape)
    return x - 0.4, y


class Dense:
    def __init__(self, n_in, n_out):
        self.params = [rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)), np.zeros(n_out)]
        self.grads = [None, None]

    def forward(self, x, train):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, g):
        self.grads[0] = self.x.T @ g
        self.grads[1] = g.sum(axis=0)
        return g @ self.params[0].T


class ReLU:
    params = grads = ()

    def forward(self, x, train):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Dropout:
    params = grads = ()

    def __init__(self, keep):
        self.keep = keep

    def forward(self, x, train):
        if not train:
            self.m = np.ones_like(x)
            return x
        self.m = (rng.random(x.shape) < self.keep) / self.keep
        return x * self.m

    def backward(self, g):
        return g * self.m


class SoftmaxCE:
    def forward(self, logits, y):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y] + 1e-12).mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(self.y)), self.y] -= 1
        return g / len(self.y)


class Adam:
    def __init__(self, layers, lr=2e-3, b1=0.9, b2=0.999, eps=1e-8):
        self.layers, self.lr, self.b1, self.b2, self.eps, self.t = layers, lr, b1, b2, eps, 0
        self.m = [[np.zeros_like(p) for p in l.params] for l in layers]
        self.v = [[np.zeros_like(p) for p in l.params] for l in layers]

    def step(self):
        self.t += 1
        for l, ms, vs in zip(self.layers, self.m, self.v):
            for p, g, m, v in zip(l.params, l.grads, ms, vs):
                m[:] = self.b1 * m + (1 - self.b1) * g
                v[:] = self.b2 * v + (1 - self.b2) * g ** 2
                mhat = m / (1 - self.b1 ** self.t)
                vhat = v / (1 - self.b2 ** self.t)
                p -= self.lr * mhat / (np.sqrt(vhat) + self.eps)


net = [Dense(35, 48), ReLU(), Dropout(0.8), Dense(48, 24), ReLU(), Dense(24, len(GLYPHS))]
crit = SoftmaxCE()
opt = Adam(net)


def run(x, train):
    for layer in net:
        x = layer.forward(x, train)
    return x


if __name__ == "__main__":
    xtr, ytr = make_glyphs(1200)
    xte, yte = make_glyphs(400)
    for epoch in range(1, 16):
        perm = rng.permutation(len(xtr))
        tot = 0.0
        for i in range(0, len(xtr), 40):
            b = perm[i:i + 40]
            tot += crit.forward(run(xtr[b], True), ytr[b]) * len(b)
            g = crit.backward()
            for layer in reversed(net):
                g = layer.backward(g)
            opt.step()
        if epoch % 3 == 0:
            acc = (run(xte, False).argmax(1) == yte).mean()
            print(f"epoch {epoch:2d}  loss {tot / len(xtr):.4f}  test acc {acc:.3f}")
