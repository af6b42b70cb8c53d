# "no classes please" -- autoencoder in a functional style, log-cosh loss, Adadelta
from functools import reduce
from itertools import chain
import numpy as np

rng = np.random.default_rng(99)

softplus = lambda z: np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)
logistic = lambda z: 1 / (1 + np.exp(-z))
ident = lambda z: z
one = lambda z: np.ones_like(z)

# (f, f') for each layer: 10 -> 16 -> 2 -> 16 -> 10
dims = [10, 16, 2, 16, 10]
acts = [(softplus, logistic), (ident, one), (softplus, logistic), (ident, one)]


def curve(n):
    """points on a 2-d surface bent into 10 dimensions"""
    u, v = rng.uniform(-1, 1, (2, n))
    cols = map(lambda k: np.sin((k + 1) * 0.6 * u + 0.5 * k) + 0.5 * np.cos(k * 0.7 * v), range(10))
    X = np.stack(list(cols), axis=1)
    return X - X.mean(axis=0)


def init():
    return [[rng.normal(0, np.sqrt(1 / i), (i, o)), np.zeros(o)] for i, o in zip(dims, dims[1:])]


def forward(params, x):
    """list of (input, preactivation) per layer, and the output"""
    def step(state, layer):
        tape, a = state
        (W, b), (f, _) = layer
        z = a @ W + b
        return tape + [(a, z)], f(z)
    return reduce(step, zip(params, acts), ([], x))


def logcosh(e):
    return np.mean(np.sum(np.abs(e) + np.log1p(np.exp(-2 * np.abs(e))) - np.log(2), axis=1))


def gradients(params, x):
    tape, out = forward(params, x)
    seed = np.tanh(out - x) / len(x)

    def step(state, layer):
        grads, d = state
        (W, _), (_, df), (a, z) = layer
        d = d * df(z)
        return [[a.T @ d, d.sum(axis=0)]] + grads, d @ W.T
    layers = list(zip(params, acts, tape))
    return reduce(step, reversed(layers), ([], seed))[0]


flat = lambda nested: list(chain.from_iterable(nested))


def adadelta(avg_g, avg_d, grads, rho=0.95, eps=1e-5):
    def one_param(eg, ed, g):
        eg[...] = rho * eg + (1 - rho) * g ** 2
        delta = -np.sqrt(ed + eps) / np.sqrt(eg + eps) * g
        ed[...] = rho * ed + (1 - rho) * delta ** 2
        return delta
    return list(map(one_param, avg_g, avg_d, grads))


def batches(X, size):
    order = rng.permutation(len(X))
    return map(lambda i: X[order[i:i + size]], range(0, len(X), size))


def train(X, epochs=300):
    params = init()
    avg_g = [np.zeros_like(p) for p in flat(params)]
    avg_d = [np.zeros_like(p) for p in flat(params)]
    for epoch in range(epochs + 1):
        for xb in batches(X, 50):
            deltas = adadelta(avg_g, avg_d, flat(gradients(params, xb)))
            for p, d in zip(flat(params), deltas):
                p += d
        if epoch % 50 == 0:
            recon = forward(params, X)[1]
            print(f"epoch {epoch:4d}  log-cosh {logcosh(recon - X):.5f}")
    return params


X = curve(400)
params = train(X)
recon = forward(params, X)[1]
print("explained variance:", 1 - np.var(recon - X) / np.var(X))
print("first point :", np.round(X[0], 2))
print("recon       :", np.round(recon[0], 2))
