import numpy as np


def patch_indices(channels, height, width, k):
    """Row, column and channel of each entry of each k×k patch: (channels·k·k, patches)."""
    c, i, j = (a.reshape(-1, 1) for a in np.indices((channels, k, k)))
    r, s = (a.reshape(1, -1) for a in np.indices((height - k + 1, width - k + 1)))
    return c + 0 * r, i + r, j + s


class Conv2D:
    def __init__(self, rng, c_in, c_out, size, k=3):
        self.W = rng.standard_normal((c_out, c_in * k * k)) * np.sqrt(2 / (c_in * k * k))
        self.b = np.zeros((c_out, 1))
        self.index = patch_indices(c_in, size, size, k)
        self.out_size = size - k + 1

    def forward(self, x):
        self.x_shape = x.shape
        self.cols = x[(slice(None),) + self.index]
        out = np.matmul(self.W, self.cols) + self.b
        return out.reshape(len(x), -1, self.out_size, self.out_size)

    def backward(self, dout):
        dout = dout.reshape(len(dout), len(self.W), -1)
        self.dW = np.matmul(dout, self.cols.transpose(0, 2, 1)).sum(axis=0)
        self.db = dout.sum(axis=(0, 2)).reshape(-1, 1)
        dcols = np.matmul(self.W.T, dout)
        dx = np.zeros(self.x_shape)
        np.add.at(dx, (slice(None),) + self.index, dcols)
        return dx


rng = np.random.default_rng(77)
n = 10
X = rng.normal(0, 0.3, (n, 1, 7, 7))
y = np.arange(n) % 2.0
X[y == 1, :, 2:5, 2:5] += 1                      # a bright square in the middle
conv1, conv2 = Conv2D(rng, 1, 3, 7), Conv2D(rng, 3, 2, 5)
w = rng.standard_normal(2)
w0 = 0.0
lr = 0.2

for step in range(60):
    z1 = conv1.forward(X)
    r1 = np.maximum(z1, 0)
    z2 = conv2.forward(r1)
    r2 = np.maximum(z2, 0)
    features = r2.mean(axis=(2, 3))
    p = 1 / (1 + np.exp(-(features @ w + w0)))
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()

    dscore = (p - y) / n
    dw = features.T @ dscore
    dw0 = dscore.sum()
    dfeatures = np.outer(dscore, w)
    area = r2.shape[2] * r2.shape[3]
    dr2 = np.ones_like(r2) * dfeatures[:, :, None, None] / area
    dz2 = dr2 * (z2 > 0)
    dr1 = conv2.backward(dz2)
    dz1 = dr1 * (z1 > 0)
    conv1.backward(dz1)

    for conv in (conv1, conv2):
        conv.W -= lr * conv.dW
        conv.b -= lr * conv.db
    w = w - lr * dw
    w0 = w0 - lr * dw0
    if step % 20 == 0:
        print('step', step, 'loss', loss)
