# Simple CNN from scratch: conv 3x3 (4 filters) -> ReLU -> max pool 2x2 -> dense softmax
# task: horizontal bar, vertical bar or diagonal in an 8x8 picture
import numpy as np

rng = np.random.default_rng(8)


def make_image(kind):
    img = rng.normal(0, 0.15, (8, 8))
    if kind == 0:
        r, c = rng.integers(1, 7), rng.integers(0, 4)
        img[r, c:c + 5] += 1
    elif kind == 1:
        r, c = rng.integers(0, 4), rng.integers(1, 7)
        img[r:r + 5, c] += 1
    else:
        r, c = rng.integers(0, 4), rng.integers(0, 4)
        for k in range(5):
            img[r + k, c + k] += 1
    return img


class Conv:
    def __init__(self, n_filters):
        self.n = n_filters
        self.filters = rng.normal(0, 1 / 3, (n_filters, 3, 3))
        self.bias = np.zeros(n_filters)

    def forward(self, img):
        self.img = img
        self.z = np.zeros((self.n, 6, 6))
        for i in range(6):
            for j in range(6):
                patch = img[i:i + 3, j:j + 3]
                self.z[:, i, j] = np.sum(self.filters * patch, axis=(1, 2)) + self.bias
        return np.maximum(self.z, 0)

    def backward(self, d_out, lr):
        d_z = d_out * (self.z > 0)
        d_filters = np.zeros_like(self.filters)
        for i in range(6):
            for j in range(6):
                patch = self.img[i:i + 3, j:j + 3]
                for f in range(self.n):
                    d_filters[f] += d_z[f, i, j] * patch
        d_bias = d_z.sum(axis=(1, 2))
        self.filters -= lr * d_filters
        self.bias -= lr * d_bias


class MaxPool:
    def forward(self, x):
        self.x = x
        n, h, w = x.shape
        return x.reshape(n, h // 2, 2, w // 2, 2).max(axis=(2, 4))

    def backward(self, d_out):
        d_in = np.zeros_like(self.x)
        n, h, w = d_out.shape
        for f in range(n):
            for i in range(h):
                for j in range(w):
                    window = self.x[f, 2*i:2*i + 2, 2*j:2*j + 2]
                    a, b = np.unravel_index(np.argmax(window), (2, 2))
                    d_in[f, 2*i + a, 2*j + b] = d_out[f, i, j]
        return d_in


class Softmax:
    def __init__(self, n_in, n_out):
        self.W = rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.shape = x.shape
        self.flat = x.flatten()
        s = self.flat @ self.W + self.b
        e = np.exp(s - s.max())
        self.p = e / e.sum()
        return self.p

    def backward(self, label, lr):
        d_s = self.p.copy()
        d_s[label] -= 1
        d_x = self.W @ d_s
        self.W -= lr * np.outer(self.flat, d_s)
        self.b -= lr * d_s
        return d_x.reshape(self.shape)


conv, pool, soft = Conv(4), MaxPool(), Softmax(4 * 3 * 3, 3)
labels = [k % 3 for k in range(150)]
images = [make_image(k) for k in labels]

for epoch in range(12):
    order = rng.permutation(len(images))
    loss, right = 0.0, 0
    for k in order:
        p = soft.forward(pool.forward(conv.forward(images[k])))
        loss -= np.log(p[labels[k]])
        right += int(np.argmax(p) == labels[k])
        g = soft.backward(labels[k], 0.02)
        g = pool.backward(g)
        conv.backward(g, 0.02)
    print("epoch %d: loss %.4f, accuracy %.1f%%" % (epoch + 1, loss / len(images), 100 * right / len(images)))
