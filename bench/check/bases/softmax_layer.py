import numpy as np


class Dense:
    def __init__(self, fan_in, fan_out):
        limit = np.sqrt(6.0 / (fan_in + fan_out))
        self.weights = np.random.uniform(-limit, limit, (fan_in, fan_out))
        self.bias = np.zeros((1, fan_out))

    def forward(self, x):
        self.x = x
        return x.dot(self.weights) + self.bias

    def backward(self, grad_out):
        self.dweights = self.x.T.dot(grad_out)
        self.dbias = grad_out.sum(axis=0, keepdims=True)
        return grad_out.dot(self.weights.T)

    def apply(self, lr):
        self.weights -= lr * self.dweights
        self.bias -= lr * self.dbias


class ReLU:
    def forward(self, x):
        self.x = x
        self.out = np.maximum(x, 0)
        return self.out

    def backward(self, grad_out):
        return np.where(self.x > 0, grad_out, 0)

    def apply(self, lr):
        pass


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def backward(self, grad_out):
        inner = (grad_out * self.out).sum(axis=1, keepdims=True)
        return self.out * (grad_out - inner)

    def apply(self, lr):
        pass


class Network:
    def __init__(self, *layers):
        self.layers = layers

    def train_step(self, x, onehot, lr):
        for layer in self.layers:
            x = layer.forward(x)
        loss = -np.sum(onehot * np.log(x)) / len(x)
        grad = -onehot / x / len(x)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        for layer in self.layers:
            layer.apply(lr)
        return loss


np.random.seed(64)
data = np.random.randn(50, 4)
labels = (data[:, 0] > 0).astype(int) + (data[:, 1] > 0).astype(int)
onehot = np.zeros((50, 3))
onehot[np.arange(50), labels] = 1
net = Network(Dense(4, 10), ReLU(), Dense(10, 3), Softmax())
for epoch in range(150):
    loss = net.train_step(data, onehot, lr=0.5)
    if epoch % 30 == 0:
        print("epoch", epoch, "loss", loss)
