#!/usr/bin/env python3
import argparse
import numpy as np


def get_args():
    ap = argparse.ArgumentParser(description="binary classifier, leaky ReLU, AdaGrad")
    ap.add_argument("--hidden", type=int, default=12)
    ap.add_argument("--lr", type=float, default=0.1)
    ap.add_argument("--epochs", type=int, default=150)
    ap.add_argument("--slope", type=float, default=0.3)
    ap.add_argument("--seed", type=int, default=17)
    return ap.parse_args([])


def make_checkerboard(rng, n=300):
    X = rng.uniform(-1, 1, size=(n, 2))
    y = (np.sign(X[:, :1]) * np.sign(X[:, 1:]) > 0) * 1.0
    return X, y


def leaky(z, a):
    return np.where(z > 0, z, a * z)


def d_leaky(z, a):
    return np.where(z > 0, 1.0, a)


def bce_with_logits(z, y):
    # log(1+exp(z)) - y*z, stable
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


class AdaGrad:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
        self.cache = [np.zeros_like(q) for q in params]

    def step(self, grads):
        for i, (q, g) in enumerate(zip(self.params, grads)):
            self.cache[i] += g * g
            q -= self.lr * g / (np.sqrt(self.cache[i]) + 1e-8)


def forward(params, X, slope):
    U1, c1, U2, c2, u3, c3 = params
    z1 = X @ U1 + c1
    a1 = leaky(z1, slope)
    z2 = a1 @ U2 + c2
    a2 = leaky(z2, slope)
    return z1, a1, z2, a2, a2 @ u3 + c3


def grads_of(params, X, y, slope):
    U1, c1, U2, c2, u3, c3 = params
    z1, a1, z2, a2, logit = forward(params, X, slope)
    prob = 1 / (1 + np.exp(-logit))
    d3 = (prob - y) / len(X)
    d2 = (d3 @ u3.T) * d_leaky(z2, slope)
    d1 = (d2 @ U2.T) * d_leaky(z1, slope)
    return [X.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0), a2.T @ d3, d3.sum(0)]


def main():
    args = get_args()
    rng = np.random.default_rng(args.seed)
    X, y = make_checkerboard(rng)
    H = args.hidden
    params = [rng.standard_normal((2, H)), np.zeros(H),
              rng.standard_normal((H, H)) * np.sqrt(2 / H), np.zeros(H),
              rng.standard_normal((H, 1)) * np.sqrt(1 / H), np.zeros(1)]
    opt = AdaGrad(params, args.lr)
    for ep in range(args.epochs):
        perm = rng.permutation(len(X))
        for i in range(0, len(X), 50):
            j = perm[i:i + 50]
            opt.step(grads_of(params, X[j], y[j], args.slope))
        if ep % 25 == 0 or ep == args.epochs - 1:
            logit = forward(params, X, args.slope)[-1]
            acc = ((logit > 0) == (y > 0.5)).mean()
            print(f"[{ep:03d}] loss={bce_with_logits(logit, y):.4f} acc={acc:.3f}")


if __name__ == "__main__":
    main()
