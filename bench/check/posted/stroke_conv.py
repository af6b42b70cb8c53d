"""Little convolutional net that tells four kinds of strokes apart (8x8)."""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def draw(kind: int, rng: np.random.Generator) -> np.ndarray:
    img = np.zeros((8, 8))
    i, j = rng.integers(1, 5, 2)
    if kind == 0:                                   # horizontal
        img[i, j - 1:j + 4] = 1
    elif kind == 1:                                 # vertical
        img[j - 1:j + 4, i] = 1
    elif kind == 2:                                 # diagonal
        for k in range(4):
            img[i - 1 + k, j - 1 + k] = 1
    else:                                           # little box
        img[i:i + 3, j:j + 3] = 1
        img[i + 1, j + 1] = 0
    return img + rng.normal(0, 0.15, img.shape)


class StrokeData:
    def __init__(self, n: int, batch: int, seed: int):
        self.rng = np.random.default_rng(seed)
        self.y = self.rng.integers(0, 4, n)
        self.x = np.stack([draw(k, self.rng) for k in self.y])[:, None]
        self.batch = batch

    def __iter__(self):
        order = self.rng.permutation(len(self.y))
        for k in range(0, len(order), self.batch):
            idx = order[k:k + self.batch]
            yield self.x[idx], self.y[idx]


class Conv3x3:
    def __init__(self, c_in, c_out, rng):
        self.w = rng.normal(0, np.sqrt(2 / (9 * c_in)), (c_out, c_in, 3, 3))
        self.b = np.zeros(c_out)

    def forward(self, x):
        self.patches = sliding_window_view(x, (3, 3), axis=(2, 3))   # n c h w 3 3
        return np.einsum("nchwij,fcij->nfhw", self.patches, self.w) + self.b[:, None, None]

    def backward(self, d):
        self.dw = np.einsum("nfhw,nchwij->fcij", d, self.patches)
        self.db = d.sum(axis=(0, 2, 3))
        pad = np.pad(d, ((0, 0), (0, 0), (2, 2), (2, 2)))
        win = sliding_window_view(pad, (3, 3), axis=(2, 3))
        return np.einsum("nfhwij,fcij->nchw", win, self.w[:, :, ::-1, ::-1])


class Relu:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, d):
        return d * (self.x > 0)


class MaxPool2:
    def forward(self, x):
        n, c, h, w = x.shape
        blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
        out = blocks.max(axis=(3, 5), keepdims=True)
        self.winner = blocks == out
        return out.reshape(n, c, h // 2, w // 2)

    def backward(self, d):
        n, c, h, w = d.shape
        # ties (all zero after relu) carry no gradient through the relu anyway
        spread = np.zeros(self.winner.shape)
        spread[...] = d[:, :, :, None, :, None]
        spread *= self.winner
        return spread.reshape(n, c, 2 * h, 2 * w)


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, d):
        return d.reshape(self.shape)


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.w = rng.normal(0, np.sqrt(1 / n_in), (n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, d):
        self.dw = self.x.T @ d
        self.db = d.sum(axis=0)
        return d @ self.w.T


class Momentum:
    def __init__(self, layers, lr, mu):
        self.slots = [(l, n) for l in layers for n in ("w", "b") if hasattr(l, n)]
        self.vel = [np.zeros_like(getattr(l, n)) for l, n in self.slots]
        self.lr, self.mu = lr, mu

    def step(self):
        for v, (layer, name) in zip(self.vel, self.slots):
            v *= self.mu
            v -= self.lr * getattr(layer, "d" + name)
            getattr(layer, name)[...] += v


def cross_entropy(scores, y):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss, p / len(y)


rng = np.random.default_rng(11)
layers = [Conv3x3(1, 5, rng), Relu(), Conv3x3(5, 6, rng), Relu(), MaxPool2(),
          Flatten(), Linear(24, 4, rng)]
optimizer = Momentum(layers, lr=0.03, mu=0.9)
data = StrokeData(320, 20, seed=12)

for epoch in range(25):
    total, hits = 0.0, 0
    for x, y in data:
        for layer in layers:
            x = layer.forward(x)
        loss, d = cross_entropy(x, y)
        for layer in reversed(layers):
            d = layer.backward(d)
        optimizer.step()
        total += loss * len(y)
        hits += (x.argmax(axis=1) == y).sum()
    print("epoch", epoch, "loss", round(total / 320, 4), "acc", round(hits / 320, 3))
