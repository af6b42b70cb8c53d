# tiny CNN from scratch, tells apart horizontal / vertical / diagonal strokes on 8x8 images
import numpy as np

np.random.seed(12)


def make_image():
    kind = np.random.randint(3)
    img = np.random.randn(8, 8) * 0.2
    k = np.random.randint(1, 7)
    start = np.random.randint(0, 3)
    if kind == 0:
        img[k, start:start + 6] += 1
    elif kind == 1:
        img[start:start + 6, k] += 1
    else:
        shift = np.random.randint(-2, 3)
        for i in range(8):
            if 0 <= i + shift < 8:
                img[i, i + shift] += 1
    return img, kind


class Conv:
    """valid 3x3 convolution followed by relu"""

    def __init__(self, n):
        self.n = n
        self.filters = np.random.randn(n, 3, 3) / 3
        self.bias = np.zeros(n)

    def forward(self, img):
        self.img = img
        h, w = img.shape[0] - 2, img.shape[1] - 2
        self.pre = np.zeros((h, w, self.n))
        for i in range(h):
            for j in range(w):
                patch = img[i:i + 3, j:j + 3]
                self.pre[i, j] = np.sum(patch * self.filters, axis=(1, 2)) + self.bias
        return np.maximum(self.pre, 0)

    def backward(self, d_out, lr):
        d_pre = d_out * (self.pre > 0)
        d_filters = np.zeros_like(self.filters)
        for i in range(d_pre.shape[0]):
            for j in range(d_pre.shape[1]):
                patch = self.img[i:i + 3, j:j + 3]
                d_filters += d_pre[i, j][:, None, None] * patch
        self.filters -= lr * d_filters
        self.bias -= lr * d_pre.sum(axis=(0, 1))


class MaxPool:
    def forward(self, x):
        self.x = x
        h, w, n = x.shape
        self.out = np.zeros((h // 2, w // 2, n))
        for i in range(h // 2):
            for j in range(w // 2):
                self.out[i, j] = x[2 * i:2 * i + 2, 2 * j:2 * j + 2].max(axis=(0, 1))
        return self.out

    def backward(self, d_out):
        d = np.zeros_like(self.x)
        for i in range(d_out.shape[0]):
            for j in range(d_out.shape[1]):
                block = self.x[2 * i:2 * i + 2, 2 * j:2 * j + 2]
                mask = block == self.out[i, j]
                d[2 * i:2 * i + 2, 2 * j:2 * j + 2] = mask * d_out[i, j]
        return d


class Softmax:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) / n_in
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.shape = x.shape
        self.flat = x.flatten()
        s = self.flat @ self.W + self.b
        e = np.exp(s - s.max())
        self.p = e / e.sum()
        return self.p

    def backward(self, label, lr):
        ds = self.p.copy()
        ds[label] -= 1
        d_flat = self.W @ ds
        self.W -= lr * np.outer(self.flat, ds)
        self.b -= lr * ds
        return d_flat.reshape(self.shape)


conv, pool, soft = Conv(4), MaxPool(), Softmax(3 * 3 * 4, 3)
lr = 0.02
loss, correct = 0, 0
for n in range(1, 5001):
    img, label = make_image()
    p = soft.forward(pool.forward(conv.forward(img)))
    loss += -np.log(p[label])
    correct += int(np.argmax(p) == label)
    conv.backward(pool.backward(soft.backward(label, lr)), lr)
    if n % 500 == 0:
        print("[%d images] last 500: loss %.3f, accuracy %.1f%%" % (n, loss / 500, correct / 5))
        loss, correct = 0, 0
