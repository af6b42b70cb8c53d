import numpy as np

np.random.seed(21)


def make_images(n):
    """8x8 camera-like uint8 images: horizontal bar, vertical bar or diagonal"""
    imgs = np.random.normal(110, 25, (n, 8, 8))
    labels = np.random.randint(0, 3, n)
    for i in range(n):
        k = np.random.randint(1, 7)
        for j in range(1, 7):
            if labels[i] == 0:
                imgs[i, k, j] += 90
            elif labels[i] == 1:
                imgs[i, j, k] += 90
            else:
                imgs[i, j, (j + k) % 8] += 90
    return imgs.clip(0, 255).astype(np.uint8), labels


def preprocess(imgs):
    return (imgs.astype(np.float64) - 128) / 64


def im2col(x, k):
    # x: (N, H, W) -> (N, out*out, k*k)
    n, h, w = x.shape
    oh, ow = h - k + 1, w - k + 1
    cols = np.zeros((n, oh * ow, k * k))
    for i in range(oh):
        for j in range(ow):
            cols[:, i * ow + j, :] = x[:, i:i + k, j:j + k].reshape(n, -1)
    return cols


class SmallCNN:
    """conv 3x3 -> relu -> 2x2 max pool -> dense -> relu -> dense -> softmax"""

    def __init__(self, filters=6, hidden=20, classes=3):
        self.f = filters
        self.K = np.random.randn(9, filters) * np.sqrt(2 / 9)
        self.bk = np.zeros(filters)
        d = 3 * 3 * filters
        self.W1 = np.random.randn(d, hidden) * np.sqrt(2 / d)
        self.b1 = np.zeros(hidden)
        self.W2 = np.random.randn(hidden, classes) * np.sqrt(2 / hidden)
        self.b2 = np.zeros(classes)

    def forward(self, x):
        n = len(x)
        self.cols = im2col(x, 3)
        self.conv = self.cols @ self.K + self.bk
        self.act = np.maximum(self.conv, 0)
        # (n, 6, 6, f) -> (n, 3, 3, f, 4)
        a = self.act.reshape(n, 3, 2, 3, 2, self.f)
        win = a.transpose(0, 1, 3, 5, 2, 4).reshape(n, 3, 3, self.f, 4)
        self.arg = win.argmax(axis=-1)
        self.pool = win.max(axis=-1)
        self.flat = self.pool.reshape(n, -1)
        self.z1 = self.flat @ self.W1 + self.b1
        self.a1 = np.maximum(self.z1, 0)
        s = self.a1 @ self.W2 + self.b2
        e = np.exp(s - s.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, p, y):
        n = len(y)
        ds = p.copy()
        ds[np.arange(n), y] -= 1
        ds /= n
        dW2 = self.a1.T @ ds
        db2 = ds.sum(axis=0)
        da1 = ds @ self.W2.T
        dz1 = da1 * (self.z1 > 0)
        dW1 = self.flat.T @ dz1
        db1 = dz1.sum(axis=0)
        dpool = (dz1 @ self.W1.T).reshape(self.pool.shape)
        dwin = np.zeros(self.pool.shape + (4,))
        np.put_along_axis(dwin, self.arg[..., None], dpool[..., None], axis=-1)
        dact = dwin.reshape(n, 3, 3, self.f, 2, 2).transpose(0, 1, 4, 2, 5, 3)
        dact = dact.reshape(n, 36, self.f)
        dconv = dact * (self.conv > 0)
        dK = np.tensordot(self.cols, dconv, axes=([0, 1], [0, 1]))
        dbk = dconv.sum(axis=(0, 1))
        return dK, dbk, dW1, db1, dW2, db2

    def step(self, grads, lr):
        for p, g in zip((self.K, self.bk, self.W1, self.b1, self.W2, self.b2), grads):
            p -= lr * g


def main():
    tr_img, tr_y = make_images(600)
    te_img, te_y = make_images(200)
    tr_x, te_x = preprocess(tr_img), preprocess(te_img)
    net = SmallCNN()
    for epoch in range(16):
        order = np.random.permutation(len(tr_x))
        loss = 0.0
        for i in range(0, len(order), 20):
            b = order[i:i + 20]
            p = net.forward(tr_x[b])
            loss -= np.log(p[np.arange(len(b)), tr_y[b]] + 1e-12).sum()
            net.step(net.backward(p, tr_y[b]), 0.1)
        if epoch % 3 == 0:
            acc = np.mean(net.forward(te_x).argmax(axis=1) == te_y)
            print('epoch %d: loss %.4f, test accuracy %.3f' % (epoch, loss / len(order), acc))


if __name__ == '__main__':
    main()
