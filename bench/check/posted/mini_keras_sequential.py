"""A Keras-like toy: Sequential / Dense / compile / fit. MSE + RMSprop + weight decay."""
from dataclasses import dataclass, field
import numpy as np


@dataclass
class Config:
    epochs: int = 100
    batch_size: int = 25
    lr: float = 0.001
    rho: float = 0.9
    eps: float = 1e-7
    l2: float = 1e-4
    seed: int = 0


ACT = {
    "relu": (lambda z: np.where(z > 0, z, 0.0), lambda z: (z > 0).astype(float)),
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
}


class Dense:
    def __init__(self, units, activation="linear"):
        self.units = units
        self.f, self.df = ACT[activation]

    def build(self, n_in, rng):
        limit = np.sqrt(6.0 / (n_in + self.units))
        self.weights = {"W": rng.uniform(-limit, limit, (n_in, self.units)),
                        "b": np.zeros(self.units)}
        self.grads = {}
        self.sq = {k: np.zeros_like(v) for k, v in self.weights.items()}

    def __call__(self, x):
        self.x = x
        self.z = x @ self.weights["W"] + self.weights["b"]
        return self.f(self.z)

    def backward(self, upstream, l2):
        dz = upstream * self.df(self.z)
        self.grads["W"] = self.x.T @ dz + 2 * l2 * self.weights["W"]
        self.grads["b"] = dz.sum(axis=0)
        return dz @ self.weights["W"].T


@dataclass
class Sequential:
    layers: list
    cfg: Config = field(default_factory=Config)

    def compile(self, n_features):
        self.rng = np.random.default_rng(self.cfg.seed)
        for layer in self.layers:
            layer.build(n_features, self.rng)
            n_features = layer.units

    def predict(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def loss(self, x, y):
        reg = self.cfg.l2 * sum(np.sum(l.weights["W"] ** 2) for l in self.layers)
        return np.mean((self.predict(x) - y) ** 2) + reg

    def train_on_batch(self, x, y):
        pred = self.predict(x)
        grad = 2.0 * (pred - y) / y.size
        for layer in reversed(self.layers):
            grad = layer.backward(grad, self.cfg.l2)
        for layer in self.layers:
            for name, w in layer.weights.items():
                g = layer.grads[name]
                layer.sq[name] = self.cfg.rho * layer.sq[name] + (1 - self.cfg.rho) * g * g
                w -= self.cfg.lr * g / (np.sqrt(layer.sq[name]) + self.cfg.eps)

    def fit(self, x, y):
        history = []
        for epoch in range(self.cfg.epochs):
            order = self.rng.permutation(len(x))
            for chunk in np.array_split(order, len(x) // self.cfg.batch_size):
                self.train_on_batch(x[chunk], y[chunk])
            history.append(self.loss(x, y))
            if epoch % 10 == 0:
                print(f"Epoch {epoch:>3}: loss={history[-1]:.5f}")
        return history


def friedman_like(n=300, seed=1):
    r = np.random.default_rng(seed)
    x = r.uniform(0, 1, (n, 4))
    y = np.sin(np.pi * x[:, 0] * x[:, 1]) + 2 * (x[:, 2] - 0.5) ** 2 + 0.5 * x[:, 3]
    return x, y[:, None] + 0.02 * r.standard_normal((n, 1))


x, y = friedman_like()
model = Sequential([Dense(24, "tanh"), Dense(16, "relu"), Dense(1)])
model.compile(n_features=4)
hist = model.fit(x, y)
print("final:", round(hist[-1], 5), "baseline var:", round(float(y.var()), 5))
