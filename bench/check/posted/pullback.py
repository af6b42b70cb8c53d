"""Backprop in a functional style: each op returns its value and a *pullback*,
a function which turns the gradient of the output into gradients of the arguments."""
import numpy as np
from functools import reduce

HUBER_DELTA = 0.5


def linear(x, W, b):
    def pullback(d):
        return d @ W.T, x.T @ d, d.sum(0)
    return x @ W + b, pullback


def huber(pred, target):
    r = pred - target
    small = np.abs(r) <= HUBER_DELTA
    per_item = np.where(small, 0.5 * r ** 2, HUBER_DELTA * (np.abs(r) - 0.5 * HUBER_DELTA))

    def pullback():
        return np.where(small, r, HUBER_DELTA * np.sign(r)) / len(r)
    return per_item.mean(), pullback


def init(sizes, rng):
    return [(rng.normal(0, 1 / np.sqrt(i), (i, o)), np.zeros(o))
            for i, o in zip(sizes[:-1], sizes[1:])]


def predict(params, x):
    hidden, (W, b) = params[:-1], params[-1]
    h = reduce(lambda h, p: np.tanh(h @ p[0] + p[1]), hidden, x)
    return h @ W + b


def value_and_grad(params, x, y):
    tape = []
    h = x
    for W, b in params[:-1]:
        z, lin_back = linear(h, W, b)
        h = np.tanh(z)
        tape.append((lin_back, lambda d, h=h: d * (1 - h ** 2)))
    out, out_back = linear(h, *params[-1])
    loss, loss_back = huber(out, y)

    d, dW, db = out_back(loss_back())
    grads = [(dW, db)]
    for lin_back, act_back in reversed(tape):
        d, dW, db = lin_back(act_back(d))
        grads.insert(0, (dW, db))
    return loss, grads


def momentum_step(params, velocity, grads, lr, mu=0.9):
    velocity = [tuple(mu * v - lr * g for v, g in zip(vs, gs))
                for vs, gs in zip(velocity, grads)]
    params = [tuple(p + v for p, v in zip(ps, vs))
              for ps, vs in zip(params, velocity)]
    return params, velocity


def dataset(n, rng):
    x = np.linspace(-3, 3, n)
    y = np.sin(2 * x) + 0.3 * x + rng.normal(0, 0.05, n)
    outliers = rng.choice(n, n // 20, replace=False)
    y[outliers] += rng.choice([-2.0, 2.0], len(outliers))
    return x.reshape(-1, 1), y.reshape(-1, 1)


def main():
    rng = np.random.default_rng(2024)
    x, y = dataset(240, rng)
    params = init([1, 24, 24, 1], rng)
    velocity = [tuple(np.zeros_like(p) for p in ps) for ps in params]
    for step in range(3001):
        loss, grads = value_and_grad(params, x, y)
        params, velocity = momentum_step(params, velocity, grads, lr=0.03)
        if step % 500 == 0:
            print(f"step {step:5d}   huber loss {loss:.5f}")
    clean = np.sin(2 * x) + 0.3 * x
    print("distance to the clean curve: %.4f" % np.abs(predict(params, x) - clean).mean())


main()
