import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(a):
    return a * (1 - a)


class DigitNet:
    def __init__(self, layer_sizes, lmbda):
        rng = np.random.RandomState(64)
        self.weights = {}
        self.biases = {}
        for i in range(1, len(layer_sizes)):
            self.weights[i] = rng.randn(layer_sizes[i - 1], layer_sizes[i]) / np.sqrt(layer_sizes[i - 1])
            self.biases[i] = np.zeros(layer_sizes[i])
        self.n_layers = len(layer_sizes) - 1
        self.lmbda = lmbda
        self.rng = rng

    def activations(self, x):
        acts = {0: x}
        for i in range(1, self.n_layers + 1):
            acts[i] = sigmoid(acts[i - 1].dot(self.weights[i]) + self.biases[i])
        return acts

    def train(self, images, onehot, epochs, batch, lr, test=None):
        self.n_train = len(images)
        for epoch in range(epochs):
            order = np.arange(len(images))
            self.rng.shuffle(order)
            for k in range(0, len(images), batch):
                self.train_batch(images[order[k:k + batch]], onehot[order[k:k + batch]], lr)
            if test is not None:
                print("Epoch %d: %d / %d" % (epoch, self.evaluate(*test), len(test[0])))

    def train_batch(self, x, y, lr):
        acts = self.activations(x)
        last = self.n_layers
        delta = (acts[last] - y) * sigmoid_prime(acts[last]) / len(x)
        for i in range(last, 0, -1):
            grad_w = np.dot(acts[i - 1].T, delta) + self.lmbda / self.n_train * self.weights[i]
            grad_b = delta.sum(axis=0)
            # the layer below needs these weights as they were
            delta = np.dot(delta, self.weights[i].T) * sigmoid_prime(acts[i - 1])
            self.weights[i] -= lr * grad_w
            self.biases[i] -= lr * grad_b

    def evaluate(self, x, labels):
        out = self.activations(x)[self.n_layers]
        return int(np.sum(np.argmax(out, axis=1) == labels))


def draw(label, rng):
    """an 8x8 picture, shrunk to 4x4: ring, bar or cross"""
    img = np.zeros((8, 8))
    if label == 0:
        img[1:7, 1:7] = 1
        img[3:5, 3:5] = 0
    elif label == 1:
        img[:, 3:5] = 1
    else:
        img[np.arange(8), np.arange(8)] = img[np.arange(8), 7 - np.arange(8)] = 1
    img = np.roll(img, rng.randint(-1, 2), axis=1) + 0.2 * rng.randn(8, 8)
    return img.reshape(4, 2, 4, 2).mean(axis=(1, 3)).flatten()


data_rng = np.random.RandomState(1)
train_labels = data_rng.randint(0, 3, 45)
test_labels = data_rng.randint(0, 3, 20)
train_images = np.array([draw(l, data_rng) for l in train_labels])
test_images = np.array([draw(l, data_rng) for l in test_labels])
net = DigitNet([16, 5, 4, 3], lmbda=0.01)
net.train(train_images, np.eye(3)[train_labels], epochs=30, batch=9, lr=3.0, test=(test_images, test_labels))
