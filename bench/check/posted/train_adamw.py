import argparse

import numpy as np


def parse_args():
    ap = argparse.ArgumentParser(description="binary classifier on two rings, AdamW")
    ap.add_argument("--hidden", type=int, default=24)
    ap.add_argument("--lr", type=float, default=0.01)
    ap.add_argument("--weight-decay", type=float, default=0.01)
    ap.add_argument("--epochs", type=int, default=80)
    ap.add_argument("--batch-size", type=int, default=32)
    ap.add_argument("--seed", type=int, default=5)
    return ap.parse_args()


def make_rings(n, rng):
    y = rng.integers(0, 2, n)
    radius = np.where(y == 1, 1.0, 2.0) + 0.2 * rng.standard_normal(n)
    phi = rng.uniform(0, 2 * np.pi, n)
    X = np.column_stack((radius * np.cos(phi), radius * np.sin(phi)))
    return X, y.reshape(-1, 1).astype(float)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def elu_grad(z):
    return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))


class Model:
    def __init__(self, d, h, rng):
        self.p = dict(
            W1=rng.normal(0, (2 / d) ** 0.5, (d, h)), b1=np.zeros((1, h)),
            W2=rng.normal(0, (1 / h) ** 0.5, (h, 1)), b2=np.zeros((1, 1)))

    def forward(self, X):
        self.X = X
        self.z1 = X @ self.p["W1"] + self.p["b1"]
        self.a1 = elu(self.z1)
        self.out = sigmoid(self.a1 @ self.p["W2"] + self.p["b2"])
        return self.out

    def backward(self, y):
        m = len(y)
        dz2 = (self.out - y) / m
        dz1 = dz2 @ self.p["W2"].T * elu_grad(self.z1)
        return dict(W2=self.a1.T @ dz2, b2=dz2.sum(0, keepdims=True),
                    W1=self.X.T @ dz1, b1=dz1.sum(0, keepdims=True))


def bce(p, y, eps=1e-9):
    return float(-np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps)))


class AdamW:
    def __init__(self, params, lr, weight_decay, betas=(0.9, 0.999), eps=1e-8):
        self.params, self.lr, self.wd, self.betas, self.eps = params, lr, weight_decay, betas, eps
        self.m = {k: np.zeros_like(v) for k, v in params.items()}
        self.v = {k: np.zeros_like(v) for k, v in params.items()}
        self.t = 0

    def step(self, grads):
        b1, b2 = self.betas
        self.t += 1
        for k, p in self.params.items():
            self.m[k] = b1 * self.m[k] + (1 - b1) * grads[k]
            self.v[k] = b2 * self.v[k] + (1 - b2) * grads[k] ** 2
            m_hat = self.m[k] / (1 - b1 ** self.t)
            v_hat = self.v[k] / (1 - b2 ** self.t)
            if k.startswith("W"):               # no decay on biases
                p -= self.lr * self.wd * p
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def main():
    args = parse_args()
    rng = np.random.default_rng(args.seed)
    X_train, y_train = make_rings(400, rng)
    X_test, y_test = make_rings(200, rng)
    model = Model(2, args.hidden, rng)
    optim = AdamW(model.p, args.lr, args.weight_decay)
    for epoch in range(args.epochs):
        perm = rng.permutation(len(X_train))
        for i in range(0, len(perm), args.batch_size):
            batch = perm[i:i + args.batch_size]
            model.forward(X_train[batch])
            optim.step(model.backward(y_train[batch]))
        if (epoch + 1) % 10 == 0:
            p = model.forward(X_test)
            print(f"[{epoch + 1:3d}/{args.epochs}] train bce {bce(model.forward(X_train), y_train):.4f} "
                  f"test bce {bce(p, y_test):.4f} acc {((p > 0.5) == y_test).mean():.3f}")


if __name__ == "__main__":
    main()
