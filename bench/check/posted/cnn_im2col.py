# Simple ConvNet with im2col (following the "Deep Learning from scratch" book structure)
from collections import OrderedDict

import numpy as np


def im2col(x, fh, fw):
    N, C, H, W = x.shape
    oh, ow = H - fh + 1, W - fw + 1
    col = np.zeros((N, C, fh, fw, oh, ow))
    for i in range(fh):
        for j in range(fw):
            col[:, :, i, j] = x[:, :, i:i + oh, j:j + ow]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1)


def col2im(col, shape, fh, fw):
    N, C, H, W = shape
    oh, ow = H - fh + 1, W - fw + 1
    col = col.reshape(N, oh, ow, C, fh, fw).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros(shape)
    for i in range(fh):
        for j in range(fw):
            img[:, :, i:i + oh, j:j + ow] += col[:, :, i, j]
    return img


class Convolution:
    def __init__(self, FN, C, size):
        self.W = np.random.randn(FN, C, size, size) * np.sqrt(2.0 / (C * size * size))
        self.b = np.zeros(FN)

    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        N, _, H, W = x.shape
        self.x_shape = x.shape
        self.col = im2col(x, FH, FW)
        self.col_W = self.W.reshape(FN, -1).T
        out = self.col @ self.col_W + self.b
        return out.reshape(N, H - FH + 1, W - FW + 1, FN).transpose(0, 3, 1, 2)

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = np.sum(dout, axis=0)
        self.dW = (self.col.T @ dout).T.reshape(FN, C, FH, FW)
        return col2im(dout @ self.col_W.T, self.x_shape, FH, FW)


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout = dout.copy()
        dout[self.mask] = 0
        return dout


class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.shape = x.shape
        self.x = x.reshape(x.shape[0], -1)
        return self.x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = np.sum(dout, axis=0)
        return (dout @ self.W.T).reshape(self.shape)


class SoftmaxWithLoss:
    def forward(self, x, t):
        x = x - np.max(x, axis=1, keepdims=True)
        self.y = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
        self.t = t
        return -np.sum(t * np.log(self.y + 1e-7)) / len(t)

    def backward(self):
        return (self.y - self.t) / self.t.shape[0]


np.random.seed(1)
shapes = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]],      # plus
                   [[1, 0, 1], [0, 1, 0], [1, 0, 1]],      # cross
                   [[1, 1, 1], [1, 0, 1], [1, 1, 1]]], float)   # box


def generate(n):
    lab = np.random.randint(0, 3, n)
    imgs = 0.25 * np.random.randn(n, 1, 8, 8)
    for k, c in enumerate(lab):
        r, s = np.random.randint(1, 5, 2)
        imgs[k, 0, r:r + 3, s:s + 3] += shapes[c]
    return imgs, np.eye(3)[lab]


layers = OrderedDict(Conv1=Convolution(6, 1, 3), Relu1=Relu(),
                     Conv2=Convolution(8, 6, 3), Relu2=Relu(), Affine1=Affine(8 * 4 * 4, 3))
last_layer = SoftmaxWithLoss()


def predict(x):
    for layer in layers.values():
        x = layer.forward(x)
    return x


x_train, t_train = generate(450)
x_test, t_test = generate(150)
learning_rate, momentum, batch_size = 0.03, 0.9, 30
velocity = {}
for epoch in range(1, 21):
    losses = []
    perm = np.random.permutation(len(x_train))
    for batch_mask in perm.reshape(-1, batch_size):
        losses.append(last_layer.forward(predict(x_train[batch_mask]), t_train[batch_mask]))
        dout = last_layer.backward()
        for layer in reversed(list(layers.values())):
            dout = layer.backward(dout)
        for name, layer in layers.items():
            if not hasattr(layer, 'W'):
                continue
            for key in ('W', 'b'):
                v = velocity.get((name, key), 0)
                v = momentum * v - learning_rate * getattr(layer, 'd' + key)
                velocity[(name, key)] = v
                setattr(layer, key, getattr(layer, key) + v)
    if epoch % 4 == 0:
        acc = np.mean(predict(x_test).argmax(1) == t_test.argmax(1))
        print("=== epoch:%d, loss:%.4f, test acc:%.3f ===" % (epoch, np.mean(losses), acc))
