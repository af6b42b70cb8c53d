"""
Tiny "deep learning library" in numpy: Dense / ReLU layers, softmax loss, Adam.
Trained on noisy 5x5 digits because I did not want to download MNIST.
"""
import numpy as np

np.random.seed(3)

DIGITS = [
    "01110 10001 10001 10001 01110",
    "00100 01100 00100 00100 01110",
    "11110 00001 01110 10000 11111",
    "11110 00001 00110 00001 11110",
    "10010 10010 11111 00010 00010",
    "11111 10000 11110 00001 11110",
    "01110 10000 11110 10001 01110",
    "11111 00001 00010 00100 00100",
    "01110 10001 01110 10001 01110",
    "01110 10001 01111 00001 01110",
]


def make_dataset(copies):
    base = np.array([[float(c) for c in d.replace(" ", "")] for d in DIGITS])
    x = np.repeat(base, copies, axis=0)
    y = np.repeat(np.arange(10), copies)
    x = x + np.random.normal(0, 0.5, x.shape)
    return x - 0.5, y


class Dense:
    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.dw = None
        self.db = None

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, grad):
        self.dw = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.w.T

    def params(self):
        return [("w", self.w, self.dw), ("b", self.b, self.db)]


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask

    def params(self):
        return []


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y] + 1e-12).mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(self.y)), self.y] -= 1
        return g / len(self.y)


class Adam:
    def __init__(self, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m = {}
        self.v = {}

    def step(self, layers):
        self.t += 1
        for i, layer in enumerate(layers):
            for name, p, g in layer.params():
                key = (i, name)
                m = self.m.get(key, np.zeros_like(p))
                v = self.v.get(key, np.zeros_like(p))
                m = self.beta1 * m + (1 - self.beta1) * g
                v = self.beta2 * v + (1 - self.beta2) * g ** 2
                self.m[key], self.v[key] = m, v
                m_hat = m / (1 - self.beta1 ** self.t)
                v_hat = v / (1 - self.beta2 ** self.t)
                p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def batches(x, y, size):
    order = np.random.permutation(len(x))
    x, y = x[order], y[order]
    for start in range(0, len(x), size):
        yield x[start:start + size], y[start:start + size]


class Model:
    def __init__(self, layers):
        self.layers = layers
        self.loss = SoftmaxCrossEntropy()

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train_batch(self, x, y, opt):
        loss = self.loss.forward(self.predict(x), y)
        grad = self.loss.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        opt.step(self.layers)
        return loss


x_train, y_train = make_dataset(200)
x_test, y_test = make_dataset(20)

model = Model([Dense(25, 40), ReLU(), Dense(40, 20), ReLU(), Dense(20, 10)])
opt = Adam(lr=0.001)

for epoch in range(50):
    losses = [model.train_batch(bx, by, opt) for bx, by in batches(x_train, y_train, 32)]
    if epoch % 5 == 0 or epoch == 49:
        acc = (model.predict(x_test).argmax(axis=1) == y_test).mean()
        print("epoch %2d  loss %.4f  test acc %.3f" % (epoch, np.mean(losses), acc))
