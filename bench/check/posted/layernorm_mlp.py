"""Layer normalisation + leaky ReLU, 3 noisy rings, plain numpy."""
import numpy as np

EPS = 1e-5
LEAK = 0.1
g = np.random.default_rng(77)


class Dense:
    def __init__(self, fan_in, fan_out):
        self.params = {"w": g.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in),
                       "b": np.zeros(fan_out)}

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.params["w"] + self.params["b"]

    def backward(self, d):
        self.grads = {"w": self.inputs.T @ d, "b": d.sum(axis=0)}
        return d @ self.params["w"].T


class LayerNorm:
    def __init__(self, dim):
        self.params = {"gain": np.ones(dim), "shift": np.zeros(dim)}

    def forward(self, inputs):
        mean = inputs.mean(axis=-1, keepdims=True)
        self.std = np.sqrt(inputs.var(axis=-1, keepdims=True) + EPS)
        self.normed = (inputs - mean) / self.std
        return self.normed * self.params["gain"] + self.params["shift"]

    def backward(self, d):
        self.grads = {"gain": (d * self.normed).sum(axis=0), "shift": d.sum(axis=0)}
        dn = d * self.params["gain"]
        dn = dn - dn.mean(axis=-1, keepdims=True) - self.normed * (dn * self.normed).mean(axis=-1, keepdims=True)
        return dn / self.std


class LeakyReLU:
    params = {}
    grads = {}

    def forward(self, inputs):
        self.positive = inputs > 0
        return np.where(self.positive, inputs, LEAK * inputs)

    def backward(self, d):
        return np.where(self.positive, d, LEAK * d)


def cross_entropy(logits, labels):
    logits = logits - logits.max(axis=1, keepdims=True)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -np.log(probs[rows, labels]).mean()
    d = probs
    d[rows, labels] -= 1
    return loss, d / len(labels)


def forward_all(layers, x):
    for layer in layers:
        x = layer.forward(x)
    return x


def batches(x, y, size):
    while True:
        idx = g.permutation(len(x))
        for i in range(0, len(x) - size + 1, size):
            yield x[idx[i:i + size]], y[idx[i:i + size]]


labels = g.integers(0, 3, 450)
angle = g.uniform(0, 2 * np.pi, 450)
radius = labels + 0.6 + 0.15 * g.standard_normal(450)
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
x_train, y_train, x_test, y_test = points[:300], labels[:300], points[300:], labels[300:]

net = [Dense(2, 32), LayerNorm(32), LeakyReLU(),
       Dense(32, 32), LayerNorm(32), LeakyReLU(),
       Dense(32, 3)]
lr, beta = 0.05, 0.9
momenta = [{k: np.zeros_like(v) for k, v in layer.params.items()} for layer in net]
history = []

for step, (xb, yb) in enumerate(batches(x_train, y_train, 50), start=1):
    loss, d = cross_entropy(forward_all(net, xb), yb)
    for layer in reversed(net):
        d = layer.backward(d)
    for layer, mom in zip(net, momenta):
        for k in layer.params:
            mom[k] = beta * mom[k] + (1 - beta) * layer.grads[k]
            layer.params[k] -= lr * mom[k]
    history.append(loss)
    if step % 200 == 0:
        acc = (forward_all(net, x_test).argmax(axis=1) == y_test).mean()
        print(f"step {step:5d} | train loss {np.mean(history[-200:]):.4f} | test acc {acc:.3f}")
    if step == 1200:
        break
