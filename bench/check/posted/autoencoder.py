# Autoencoder for 4x4 pictures made of full rows / full columns.
# 16 -> 10 -> 5 -> 10 -> 16, every layer is an object.
import numpy as np


class Dense:
    def __init__(self, n_in, n_out, rate):
        limit = np.sqrt(6.0 / (n_in + n_out))
        self.W = np.random.uniform(-limit, limit, (n_in, n_out))
        self.b = np.zeros((1, n_out))
        self.rate = rate

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, grad):
        grad_x = grad.dot(self.W.T)
        self.W -= self.rate * self.x.T.dot(grad)
        self.b -= self.rate * grad.sum(axis=0, keepdims=True)
        return grad_x


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad):
        return grad * (1 - self.out ** 2)


class Sigmoid:
    def forward(self, x):
        self.out = 1.0 / (1.0 + np.exp(-x))
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)


class Autoencoder:
    def __init__(self, sizes, rate):
        self.layers = []
        for i in range(len(sizes) - 1):
            self.layers.append(Dense(sizes[i], sizes[i + 1], rate))
            last = i == len(sizes) - 2
            self.layers.append(Sigmoid() if last else Tanh())

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)


def make_pictures():
    """all 16 ways to fill rows and all 16 ways to fill columns"""
    pics = []
    for code in range(16):
        bits = np.array([(code >> k) & 1 for k in range(4)])
        pics.append(np.repeat(bits, 4))      # rows
        pics.append(np.tile(bits, 4))        # columns
    return np.array(pics, dtype=float)


def show(p):
    for r in range(4):
        print("   ", "".join("#" if v > 0.5 else "." for v in p[4 * r:4 * r + 4]))


if __name__ == "__main__":
    np.random.seed(8)
    data = make_pictures()
    net = Autoencoder([16, 10, 5, 10, 16], rate=0.3)

    for epoch in range(9001):
        out = net.forward(data)
        diff = out - data
        loss = np.sum(diff ** 2) / len(data)
        net.backward(2 * diff / len(data))
        if epoch % 1000 == 0:
            print("epoch %5d  reconstruction error %.5f" % (epoch, loss))

    out = net.forward(data)
    for i in (5, 20, 27):
        print("original"); show(data[i])
        print("rebuilt"); show(out[i])
