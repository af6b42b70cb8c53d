"""Two moons with AdamW + cosine schedule.

usage: moons_dataclass.py [--epochs 60] [--lr 0.02]
"""
from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, field

import numpy as np

ACTIVATIONS = {
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
    "identity": (lambda z: z, lambda a: np.ones_like(a)),
}


@dataclass
class Config:
    epochs: int
    lr: float
    activation: str
    hidden: tuple[int, ...] = (16, 16)
    batch: int = 50
    weight_decay: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)


@dataclass
class State:
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    m: list[np.ndarray] = field(default_factory=list)
    v: list[np.ndarray] = field(default_factory=list)
    t: int = 0

    def __post_init__(self):
        self.m = [np.zeros_like(p) for p in self.weights + self.biases]
        self.v = [np.zeros_like(p) for p in self.weights + self.biases]


def make_moons(n, noise, rng):
    t = rng.uniform(0, np.pi, n)
    up = np.stack([np.cos(t), np.sin(t)], axis=1)
    down = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    X = np.concatenate([up, down]) + rng.normal(0, noise, (2 * n, 2))
    y = np.concatenate([np.zeros((n, 1)), np.ones((n, 1))])
    return X, y


def forward(state, X, act):
    hs = [X]
    for W, b in zip(state.weights[:-1], state.biases[:-1]):
        hs.append(act(hs[-1] @ W + b))
    logits = hs[-1] @ state.weights[-1] + state.biases[-1]
    return hs, logits


def bce_with_logits(logits, y):
    return float(np.mean(np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))))


def backward(state, hs, logits, y, dact):
    gw, gb = [], []
    delta = (1 / (1 + np.exp(-logits)) - y) / len(y)
    for i in range(len(state.weights) - 1, -1, -1):
        gw.insert(0, hs[i].T @ delta)
        gb.insert(0, delta.sum(axis=0))
        if i > 0:
            delta = (delta @ state.weights[i].T) * dact(hs[i])
    return gw, gb


def adamw(state, gw, gb, lr, cfg):
    state.t += 1
    b1, b2 = cfg.betas
    params = state.weights + state.biases
    for i, (p, g) in enumerate(zip(params, gw + gb)):
        state.m[i] = b1 * state.m[i] + (1 - b1) * g
        state.v[i] = b2 * state.v[i] + (1 - b2) * g * g
        mhat = state.m[i] / (1 - b1**state.t)
        vhat = state.v[i] / (1 - b2**state.t)
        if i < len(state.weights):  # no decay for the biases
            p -= lr * cfg.weight_decay * p
        p -= lr * mhat / (np.sqrt(vhat) + 1e-8)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=60)
    ap.add_argument("--lr", type=float, default=0.02)
    ap.add_argument("--activation", choices=ACTIVATIONS, default="tanh")
    args = ap.parse_args()
    cfg = Config(args.epochs, args.lr, args.activation)
    act, dact = ACTIVATIONS[cfg.activation]

    rng = np.random.default_rng(0)
    X, y = make_moons(150, 0.15, rng)
    dims = (2, *cfg.hidden, 1)
    state = State([rng.normal(0, 1 / math.sqrt(a), (a, b)) for a, b in zip(dims, dims[1:])],
                  [np.zeros(b) for b in dims[1:]])
    lr = cfg.lr
    for epoch in range(cfg.epochs):
        lr = cfg.lr * 0.5 * (1 + math.cos(math.pi * epoch / cfg.epochs))
        order = rng.permutation(len(X))
        for idx in np.split(order, len(X) // cfg.batch):
            hs, logits = forward(state, X[idx], act)
            gw, gb = backward(state, hs, logits, y[idx], dact)
            adamw(state, gw, gb, lr, cfg)
        if epoch % 10 == 9:
            _, logits = forward(state, X, act)
            print(f"{epoch + 1:3d}  lr={lr:.5f}  loss={bce_with_logits(logits, y):.4f}  "
                  f"acc={np.mean((logits > 0) == (y > 0.5)):.3f}")


if __name__ == "__main__":
    main()
