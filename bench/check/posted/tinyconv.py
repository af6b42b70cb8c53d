# conv net from scratch (8 filters 3x3, same padding -> relu -> maxpool 2x2 -> softmax)
# toy task: tell crosses, boxes, diagonals and bars apart in 8x8 black/white pictures
import numpy as np

rs = np.random.RandomState(1)
SHAPES = ['cross', 'box', 'diag', 'bar']


def draw(kind):
    img = np.zeros((8, 8), dtype=np.int64)
    s = rs.randint(4, 6)
    r, c = rs.randint(0, 9 - s, size=2)
    if kind == 0:
        img[r + s // 2, c:c + s] = 1
        img[r:r + s, c + s // 2] = 1
    elif kind == 1:
        img[r:r + s, [c, c + s - 1]] = 1
        img[[r, r + s - 1], c:c + s] = 1
    elif kind == 2:
        for k in range(s):
            img[r + k, c + k] = 1
    else:
        img[r + s // 2, c:c + s] = 1
    flip = rs.rand(8, 8) < 0.02
    img[flip] = 1 - img[flip]
    return img


class Conv3x3:
    def __init__(self, n):
        self.n = n
        self.filters = rs.randn(n, 3, 3) / 3
        self.bias = np.zeros(n)

    def forward(self, img):
        self.padded = np.pad(img, 1)
        out = np.zeros((self.n,) + img.shape)
        for i in range(8):
            for j in range(8):
                patch = self.padded[i:i + 3, j:j + 3]
                out[:, i, j] = np.sum(self.filters * patch, axis=(1, 2)) + self.bias
        return out

    def backward(self, d_out, lr):
        d_filters = np.zeros(self.filters.shape)
        for i in range(8):
            for j in range(8):
                patch = self.padded[i:i + 3, j:j + 3]
                d_filters += d_out[:, i, j][:, None, None] * patch
        self.filters -= lr * d_filters
        self.bias -= lr * d_out.sum(axis=(1, 2))


class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, d_out):
        return d_out * self.on


class MaxPool2:
    def forward(self, x):
        n, h, w = x.shape
        self.shape = x.shape
        blocks = x.reshape(n, h // 2, 2, w // 2, 2).transpose(0, 1, 3, 2, 4).reshape(n, h // 2, w // 2, 4)
        self.winner = blocks.argmax(axis=3)
        return blocks.max(axis=3)

    def backward(self, d_out):
        d_in = np.zeros(self.shape)
        n, h, w = d_out.shape
        for f in range(n):
            for i in range(h):
                for j in range(w):
                    k = self.winner[f, i, j]
                    d_in[f, 2 * i + k // 2, 2 * j + k % 2] = d_out[f, i, j]
        return d_in


class Softmax:
    def __init__(self, n_in, n_out):
        self.W = rs.randn(n_in, n_out) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.shape = x.shape
        self.x = x.flatten()
        z = self.x @ self.W + self.b
        e = np.exp(z - z.max())
        self.p = e / e.sum()
        return self.p

    def backward(self, label, lr):
        d_z = self.p.copy()
        d_z[label] -= 1
        d_x = self.W @ d_z
        self.W -= lr * np.outer(self.x, d_z)
        self.b -= lr * d_z
        return d_x.reshape(self.shape)


conv, relu, pool, soft = Conv3x3(8), ReLU(), MaxPool2(), Softmax(8 * 4 * 4, 4)


def forward(img, label):
    p = soft.forward(pool.forward(relu.forward(conv.forward(img))))
    return p, -np.log(p[label])


def train_on(img, label, lr=0.02):
    p, loss = forward(img, label)
    d = soft.backward(label, lr)
    d = pool.backward(d)
    d = relu.backward(d)
    conv.backward(d, lr)
    return loss, int(np.argmax(p) == label)


labels = rs.randint(0, 4, size=500)
images = [draw(k) for k in labels]
test_labels = rs.randint(0, 4, size=150)
test_images = [draw(k) for k in test_labels]

for epoch in range(8):
    order = rs.permutation(len(images))
    loss = right = 0
    for n in order:
        l, acc = train_on(images[n], labels[n])
        loss += l
        right += acc
    print('epoch', epoch + 1, 'loss %.3f' % (loss / len(images)), 'acc %.3f' % (right / len(images)))

right = sum(int(np.argmax(forward(im, k)[0]) == k) for im, k in zip(test_images, test_labels))
print('test accuracy', right / len(test_images))
