from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Settings:
    n_bits: int = 32
    n_codes: int = 10
    n_hidden: int = 14
    per_code: int = 30
    drop: float = 0.25
    lr: float = 0.002
    rho: float = 0.95
    epochs: int = 400
    batch: int = 30
    seed: int = 77


class Tanh:
    @staticmethod
    def f(z):
        return np.tanh(z)

    @staticmethod
    def df(a):
        """slope, written with the activation"""
        return 1.0 - a ** 2


class Sigmoid:
    @staticmethod
    def f(z):
        return 1.0 / (1.0 + np.exp(-z))

    @staticmethod
    def df(a):
        return a * (1.0 - a)


class RMSProp:
    def __init__(self, lr, rho, eps=1e-7):
        self.lr, self.rho, self.eps = lr, rho, eps
        self.cache = {}

    def update(self, name, value, grad):
        old = self.cache.get(name, np.zeros_like(grad))
        self.cache[name] = self.rho * old + (1 - self.rho) * grad ** 2
        value -= self.lr * grad / (np.sqrt(self.cache[name]) + self.eps)


class DenoisingAutoencoder:
    """bits with holes -> tanh code -> sigmoid bits, binary cross-entropy"""

    def __init__(self, s: Settings, rng: np.random.Generator):
        self.p = {
            "enc_w": rng.normal(0, np.sqrt(1 / s.n_bits), (s.n_bits, s.n_hidden)),
            "enc_b": np.zeros(s.n_hidden),
            "dec_w": rng.normal(0, np.sqrt(1 / s.n_hidden), (s.n_hidden, s.n_bits)),
            "dec_b": np.zeros(s.n_bits),
        }

    def encode(self, x):
        return Tanh.f(x @ self.p["enc_w"] + self.p["enc_b"])

    def decode(self, h):
        return Sigmoid.f(h @ self.p["dec_w"] + self.p["dec_b"])

    def loss(self, noisy, clean):
        r = np.clip(self.decode(self.encode(noisy)), 1e-9, 1 - 1e-9)
        return -(clean * np.log(r) + (1 - clean) * np.log(1 - r)).sum(axis=1).mean()

    def gradients(self, noisy, clean):
        h = self.encode(noisy)
        r = self.decode(h)
        # cross-entropy and sigmoid together
        d_dec = (r - clean) / len(clean)
        d_enc = (d_dec @ self.p["dec_w"].T) * Tanh.df(h)
        return {
            "dec_w": h.T @ d_dec,
            "dec_b": d_dec.sum(axis=0),
            "enc_w": noisy.T @ d_enc,
            "enc_b": d_enc.sum(axis=0),
        }


def make_bits(s: Settings, rng: np.random.Generator) -> np.ndarray:
    codes = rng.random((s.n_codes, s.n_bits)) < 0.5
    bits = np.where(codes, 1.0, 0.0)
    return np.repeat(bits, s.per_code, axis=0)


def minibatches(data, s, rng):
    """clean batch and a fresh copy with holes (erased entries are 0)"""
    order = rng.permutation(len(data))
    for chunk in np.split(order, len(data) // s.batch):
        clean = data[chunk]
        keep = rng.random(clean.shape) >= s.drop
        yield clean * keep, clean


def fit(s: Settings):
    rng = np.random.default_rng(s.seed)
    data = make_bits(s, rng)
    model = DenoisingAutoencoder(s, rng)
    opt = RMSProp(s.lr, s.rho)
    for epoch in range(s.epochs):
        seen = []
        for noisy, clean in minibatches(data, s, rng):
            seen.append(model.loss(noisy, clean))
            for name, grad in model.gradients(noisy, clean).items():
                opt.update(name, model.p[name], grad)
        if epoch % 40 == 0 or epoch == s.epochs - 1:
            print(f"[{epoch:03d}] bce/sample = {np.mean(seen):8.4f}")
    holes = data * (rng.random(data.shape) >= s.drop)
    restored = model.decode(model.encode(holes)) > 0.5
    print("bits restored:", np.mean(restored == (data > 0.5)).round(4))
    return model


if __name__ == "__main__":
    fit(Settings())
