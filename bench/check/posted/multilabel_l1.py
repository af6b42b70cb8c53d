from dataclasses import dataclass, field
from typing import List

import numpy as np


@dataclass
class Config:
    n_features: int = 20
    n_labels: int = 4
    hidden: int = 12
    lr: float = 0.5
    lr_decay: float = 0.995
    l1: float = 0.002
    epochs: int = 300
    seed: int = 123


@dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray
    dW: np.ndarray = None
    db: np.ndarray = None


@dataclass
class Network:
    cfg: Config
    layers: List[Layer] = field(default_factory=list)

    def __post_init__(self):
        rng = np.random.default_rng(self.cfg.seed)
        dims = [self.cfg.n_features, self.cfg.hidden, self.cfg.n_labels]
        for d_in, d_out in zip(dims, dims[1:]):
            self.layers.append(Layer(rng.normal(scale=d_in ** -0.5, size=(d_in, d_out)), np.zeros(d_out)))

    def predict_proba(self, X):
        first, second = self.layers
        self._h = np.tanh(X @ first.W + first.b)
        return 1 / (1 + np.exp(-(self._h @ second.W + second.b)))

    def objective(self, X, Y):
        P = self.predict_proba(X)
        data_term = -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum(axis=1).mean()
        return data_term + self.cfg.l1 * sum(np.abs(layer.W).sum() for layer in self.layers)

    def compute_gradients(self, X, Y):
        first, second = self.layers
        n = X.shape[0]
        P = self.predict_proba(X)
        d_out = (P - Y) / n
        second.dW = self._h.T @ d_out
        second.db = d_out.sum(axis=0)
        d_hid = (d_out @ second.W.T) * (1 - self._h ** 2)
        first.dW = X.T @ d_hid
        first.db = d_hid.sum(axis=0)
        for layer in self.layers:
            layer.dW += self.cfg.l1 * np.sign(layer.W)

    def fit(self, X, Y, X_val, Y_val):
        lr = self.cfg.lr
        for epoch in range(self.cfg.epochs):
            self.compute_gradients(X, Y)
            for layer in self.layers:
                layer.W -= lr * layer.dW
                layer.b -= lr * layer.db
            lr *= self.cfg.lr_decay
            if (epoch + 1) % 50 == 0:
                hamming = np.mean((self.predict_proba(X_val) > 0.5) != Y_val)
                small = np.mean(np.abs(self.layers[0].W) < 0.01)
                print(f"epoch {epoch + 1}: objective={self.objective(X, Y):.4f} "
                      f"val hamming loss={hamming:.3f} near-zero inputs weights={small:.0%}")


def make_data(n, rng):
    # only the first 6 of the features matter
    X = rng.standard_normal((n, 20))
    Y = np.column_stack([
        X[:, 0] + X[:, 1] > 0,
        X[:, 2] - 0.5 * X[:, 3] > 0.3,
        X[:, 4] > 0.5 * X[:, 0],
        X[:, 5] + X[:, 1] > -0.2,
    ]).astype(float)
    return X, Y


if __name__ == "__main__":
    data_rng = np.random.default_rng(9)
    X, Y = make_data(300, data_rng)
    X_val, Y_val = make_data(200, data_rng)
    Network(Config()).fit(X, Y, X_val, Y_val)
