# BatchNorm from scratch, with label smoothing and Adagrad.
# Used the compact formula for the batchnorm backward (derived on paper).
from __future__ import annotations
from dataclasses import dataclass, field
import numpy as np

R = np.random.RandomState(99)


@dataclass
class Block:
    """linear -> batchnorm -> leaky relu"""
    fan_in: int
    fan_out: int
    slope: float = 0.1
    mom: float = 0.9
    p: dict = field(default_factory=dict)
    g: dict = field(default_factory=dict)

    def __post_init__(self):
        self.p["W"] = R.randn(self.fan_in, self.fan_out) * (2.0 / self.fan_in) ** 0.5
        self.p["gamma"] = np.ones(self.fan_out)
        self.p["beta"] = np.zeros(self.fan_out)
        self.run_mean = np.zeros(self.fan_out)
        self.run_var = np.ones(self.fan_out)

    def fwd(self, x, training):
        self.x = x
        u = x @ self.p["W"]  # no bias, beta does that job
        if training:
            mean, var = u.mean(0), u.var(0)
            self.run_mean = self.mom * self.run_mean + (1 - self.mom) * mean
            self.run_var = self.mom * self.run_var + (1 - self.mom) * var
        else:
            mean, var = self.run_mean, self.run_var
        self.inv = 1.0 / np.sqrt(var + 1e-5)
        self.xhat = (u - mean) * self.inv
        self.pre = self.p["gamma"] * self.xhat + self.p["beta"]
        return np.where(self.pre > 0, self.pre, self.slope * self.pre)

    def bwd(self, dout):
        n = dout.shape[0]
        dpre = np.where(self.pre > 0, dout, self.slope * dout)
        self.g["gamma"] = (dpre * self.xhat).sum(0)
        self.g["beta"] = dpre.sum(0)
        dxhat = dpre * self.p["gamma"]
        du = self.inv / n * (n * dxhat - dxhat.sum(0) - self.xhat * (dxhat * self.xhat).sum(0))
        self.g["W"] = self.x.T @ du
        return du @ self.p["W"].T


@dataclass
class Head:
    fan_in: int
    n_class: int
    smooth: float = 0.1
    p: dict = field(default_factory=dict)
    g: dict = field(default_factory=dict)

    def __post_init__(self):
        self.p["W"] = R.randn(self.fan_in, self.n_class) / self.fan_in ** 0.5
        self.p["b"] = np.zeros(self.n_class)

    def fwd(self, x, training):
        self.x = x
        return x @ self.p["W"] + self.p["b"]

    def targets(self, y):
        t = np.full((len(y), self.n_class), self.smooth / self.n_class)
        t[np.arange(len(y)), y] += 1.0 - self.smooth
        return t

    def loss(self, z, y):
        z = z - z.max(1, keepdims=True)
        logp = z - np.log(np.exp(z).sum(1, keepdims=True))
        t = self.targets(y)
        self.dz = (np.exp(logp) - t) / len(y)
        return -(t * logp).sum(1).mean()

    def bwd(self):
        self.g["W"] = self.x.T @ self.dz
        self.g["b"] = self.dz.sum(0)
        return self.dz @ self.p["W"].T


def adagrad(modules, cache, lr):
    for i, mod in enumerate(modules):
        for name in mod.p:
            c = cache.setdefault((i, name), np.zeros_like(mod.p[name]))
            c += mod.g[name] ** 2
            mod.p[name] -= lr * mod.g[name] / (np.sqrt(c) + 1e-8)


def pinwheel(n, arms=5):
    lab = R.randint(arms, size=n)
    base = R.randn(n, 2) * [0.25, 0.05] + [0.8, 0]
    ang = 2 * np.pi * lab / arms + 0.9 * base[:, 0] ** 2
    c, s = np.cos(ang), np.sin(ang)
    pts = np.c_[base[:, 0] * c - base[:, 1] * s, base[:, 0] * s + base[:, 1] * c]
    return pts, lab


def forward(modules, x, training):
    for mod in modules:
        x = mod.fwd(x, training)
    return x


if __name__ == "__main__":
    xtr, ytr = pinwheel(1500)
    xte, yte = pinwheel(600)
    modules = [Block(2, 32), Block(32, 32), Block(32, 16), Head(16, 5)]
    cache = {}
    for epoch in range(25):
        order = R.permutation(len(xtr))
        losses = []
        for k in range(0, len(xtr), 50):
            idx = order[k:k + 50]
            z = forward(modules, xtr[idx], True)
            losses.append(modules[-1].loss(z, ytr[idx]))
            d = modules[-1].bwd()
            for blk in modules[-2::-1]:
                d = blk.bwd(d)
            adagrad(modules, cache, lr=0.03)
        if epoch % 4 == 0:
            acc = (forward(modules, xte, False).argmax(1) == yte).mean()
            print(f"{epoch:3d} | train loss {np.mean(losses):.4f} | test acc {acc:.3f}")
