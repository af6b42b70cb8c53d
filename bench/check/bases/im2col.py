import numpy as np

rng = np.random.default_rng(13)
images = rng.random((8, 1, 6, 6))
labels = (images[:, 0, :, :3].mean(axis=(1, 2)) > images[:, 0, :, 3:].mean(axis=(1, 2))).astype(int)


def im2col(x, size):
    n, c, h, w = x.shape
    oh, ow = h - size + 1, w - size + 1
    cols = np.zeros((n * oh * ow, c * size * size))
    row = 0
    for k in range(n):
        for i in range(oh):
            for j in range(ow):
                cols[row] = x[k, :, i:i + size, j:j + size].reshape(-1)
                row += 1
    return cols, oh, ow


class Conv:
    def __init__(self, filters, size):
        self.W = rng.normal(0, 0.3, (size * size, filters))
        self.b = np.zeros(filters)
        self.size = size

    def forward(self, x):
        self.n = x.shape[0]
        self.cols, self.oh, self.ow = im2col(x, self.size)
        return (self.cols @ self.W + self.b).reshape(self.n, self.oh * self.ow * self.W.shape[1])

    def backward(self, dout):
        d = dout.reshape(-1, self.W.shape[1])
        self.dW = self.cols.T @ d
        self.db = d.sum(axis=0)


class Linear:
    def __init__(self, n_in, n_out):
        self.W = rng.normal(0, 0.2, (n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


conv, fc = Conv(2, 3), Linear(32, 2)
for epoch in range(60):
    h = conv.forward(images)
    a = np.maximum(h, 0)
    scores = fc.forward(a)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    probs = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(len(labels)), labels]).mean()
    dscores = probs.copy()
    dscores[np.arange(len(labels)), labels] -= 1
    dscores /= len(labels)
    da = fc.backward(dscores)
    dh = da * (h > 0)
    conv.backward(dh)
    for layer in (conv, fc):
        layer.W -= 0.2 * layer.dW
        layer.b -= 0.2 * layer.db
    if epoch % 20 == 0:
        print('loss: %.4f' % loss)
