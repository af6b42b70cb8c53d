"""A network is a tuple of layers; training is a fold."""
from functools import reduce
from itertools import islice
import numpy as np


def init(sizes, seed=0):
    rng = np.random.default_rng(seed)
    return tuple((rng.normal(0, 1 / np.sqrt(i), (o, i)), np.zeros((o, 1)))
                 for i, o in zip(sizes, sizes[1:]))


tanh = (np.tanh, lambda a: 1 - a ** 2)
identity = (lambda z: z, lambda a: np.ones_like(a))


def acts(net):
    return (tanh,) * (len(net) - 1) + (identity,)


def run(net, x):
    """all activations, the input first"""
    step = lambda hist, layer_act: hist + (layer_act[1][0](layer_act[0][0] @ hist[-1] + layer_act[0][1]),)
    return reduce(step, zip(net, acts(net)), (x,))


def predict(net, x):
    return run(net, x)[-1]


def mse(net, x, t):
    return float(np.mean((predict(net, x) - t) ** 2))


def gradient(net, x, t):
    hist = run(net, x)
    n = x.shape[1]
    err = 2 * (hist[-1] - t) / n

    def back(carry, item):
        upstream, grads = carry
        (w, _), (_, deriv), a_in, a_out = item
        delta = upstream * deriv(a_out)
        g = (delta @ a_in.T, delta.sum(axis=1, keepdims=True))
        return w.T @ delta, (g,) + grads

    items = reversed(tuple(zip(net, acts(net), hist[:-1], hist[1:])))
    return reduce(back, items, (err, ()))[1]


def descend(rate):
    def update(net, batch):
        g = gradient(net, *batch)
        return tuple((w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(net, g))
    return update


def batches(x, t, size, seed=1):
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(x.shape[1])
        for k in range(0, len(order), size):
            pick = order[k:k + size]
            yield x[:, pick], t[:, pick]


def trace(every, x, t):
    def wrap(update):
        count = [0]

        def inner(net, batch):
            if count[0] % every == 0:
                print('step', count[0], 'mse', round(mse(net, x, t), 5))
            count[0] += 1
            return update(net, batch)
        return inner
    return wrap


def main():
    rng = np.random.default_rng(4)
    x = rng.uniform(-2, 2, (1, 240))
    t = np.sin(2 * x) + 0.3 * x
    net = init((1, 16, 16, 1))
    update = trace(1000, x, t)(descend(0.03))
    net = reduce(update, islice(batches(x, t, 24), 6000), net)
    print('final mse', mse(net, x, t))
    for v in (-1.5, 0.0, 0.8):
        print(v, predict(net, np.array([[v]])).item(), np.sin(2 * v) + 0.3 * v)


if __name__ == '__main__':
    main()
