"""Mixture density network on Bishop's inverse problem (x given y is multi-valued)."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Batch:
    x: np.ndarray   # (n, 1)
    t: np.ndarray   # (n, 1)


@dataclass
class MDN:
    n_hidden: int = 24
    k: int = 4
    seed: int = 1
    params: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        r = np.random.default_rng(self.seed)
        self.params = {
            "w1": r.normal(0, 1.0, (1, self.n_hidden)),
            "c1": r.normal(0, 1.0, (1, self.n_hidden)),
            "w2": r.normal(0, 1 / np.sqrt(self.n_hidden), (self.n_hidden, 3 * self.k)),
            "c2": np.zeros((1, 3 * self.k)),
        }
        # spread the initial centres
        self.params["c2"][0, self.k:2 * self.k] = np.linspace(0.1, 0.9, self.k)
        self.params["c2"][0, 2 * self.k:] = -1.0

    def forward(self, x: np.ndarray):
        p = self.params
        h = np.tanh(x @ p["w1"] + p["c1"])
        out = h @ p["w2"] + p["c2"]
        a, mu, s = np.split(out, 3, axis=1)
        a = a - a.max(axis=1, keepdims=True)
        pi = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
        return h, pi, mu, np.exp(s)          # s = log sigma

    @staticmethod
    def joint(t, pi, mu, sigma):
        return pi * np.exp(-0.5 * ((t - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)

    def nll(self, batch: Batch) -> float:
        _, pi, mu, sigma = self.forward(batch.x)
        return float(-np.log(self.joint(batch.t, pi, mu, sigma).sum(axis=1) + 1e-300).mean())

    def backward(self, batch: Batch) -> dict[str, np.ndarray]:
        n = len(batch.x)
        h, pi, mu, sigma = self.forward(batch.x)
        joint = self.joint(batch.t, pi, mu, sigma)
        resp = joint / (joint.sum(axis=1, keepdims=True) + 1e-300)   # responsibilities
        z = (batch.t - mu) / sigma

        d_a = pi - resp
        d_mu = -resp * z / sigma
        d_s = resp * (1 - z ** 2)
        d_out = np.concatenate([d_a, d_mu, d_s], axis=1) / n

        d_h = d_out @ self.params["w2"].T
        d_pre = d_h * (1 - h ** 2)
        return {
            "w1": batch.x.T @ d_pre,
            "c1": d_pre.sum(axis=0, keepdims=True),
            "w2": h.T @ d_out,
            "c2": d_out.sum(axis=0, keepdims=True),
        }


@dataclass
class Adam:
    lr: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    t: int = 0
    m: dict | None = None
    v: dict | None = None

    def step(self, params, grads):
        if self.m is None:
            self.m = {k: np.zeros_like(p) for k, p in params.items()}
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        self.t += 1
        for k, g in grads.items():
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * g
            self.v[k] = self.beta2 * self.v[k] + (1 - self.beta2) * g * g
            m_hat = self.m[k] / (1 - self.beta1 ** self.t)
            v_hat = self.v[k] / (1 - self.beta2 ** self.t)
            params[k] -= self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)


def inverse_sine(n: int, seed: int) -> Batch:
    r = np.random.default_rng(seed)
    t = r.uniform(0, 1, (n, 1))
    x = t + 0.3 * np.sin(2 * np.pi * t) + r.uniform(-0.08, 0.08, (n, 1))
    return Batch(x, t)


def main() -> None:
    train, valid = inverse_sine(600, 10), inverse_sine(300, 11)
    net, opt = MDN(), Adam(lr=0.01)
    for it in range(1501):
        opt.step(net.params, net.backward(train))
        if it % 250 == 0:
            print(f"iter {it:5d}  nll train {net.nll(train):+.4f}  valid {net.nll(valid):+.4f}")
    _, pi, mu, sigma = net.forward(np.array([[0.5]]))
    print("at x=0.5:", *(f"{p:.2f}*N({m:.2f},{s:.2f})" for p, m, s in zip(pi[0], mu[0], sigma[0])))


if __name__ == "__main__":
    main()
