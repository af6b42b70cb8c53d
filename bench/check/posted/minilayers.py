"""minilayers - tiny layer based NN, weekend project"""
import numpy as np


class Dense:
    def __init__(self, n_in, n_out, weight_decay=0.0):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.weight_decay = weight_decay
        self.vW, self.vb = np.zeros_like(self.W), np.zeros_like(self.b)

    def forward(self, x, training):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout + self.weight_decay * self.W
        self.db = dout.sum(axis=0)
        return dout @ self.W.T

    def penalty(self):
        return 0.5 * self.weight_decay * np.sum(self.W * self.W)

    def update(self, lr, mu):
        self.vW = mu * self.vW - lr * self.dW
        self.vb = mu * self.vb - lr * self.db
        self.W += self.vW
        self.b += self.vb


class ReLU:
    def forward(self, x, training):
        self.x = x
        return np.maximum(0, x)

    def backward(self, dout):
        return dout * (self.x > 0)


class Dropout:
    def __init__(self, p):
        self.p = p  # probability to drop

    def forward(self, x, training):
        if not training:
            return x
        self.mask = (np.random.rand(*x.shape) >= self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        self.probs = exps / exps.sum(axis=1, keepdims=True)
        self.labels = labels
        return -np.mean(np.log(self.probs[np.arange(len(labels)), labels] + 1e-12))

    def backward(self):
        n = len(self.labels)
        d = self.probs.copy()
        d[np.arange(n), self.labels] -= 1
        return d / n


class Network:
    def __init__(self, layers):
        self.layers = layers
        self.criterion = SoftmaxCrossEntropy()

    def forward(self, x, training=False):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def train_step(self, x, labels, lr, mu):
        loss = self.criterion.forward(self.forward(x, training=True), labels)
        grad = self.criterion.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        for layer in self.layers:
            if isinstance(layer, Dense):
                loss += layer.penalty()
                layer.update(lr, mu)
        return loss

    def accuracy(self, x, labels):
        return np.mean(self.forward(x).argmax(axis=1) == labels)


def spiral(per_arm, arms=3):
    X, y = [], []
    for k in range(arms):
        r = np.linspace(0.05, 1, per_arm)
        theta = np.linspace(0, 4, per_arm) + 2 * np.pi * k / arms
        theta += 0.15 * np.random.randn(per_arm)
        X.append(np.stack([r * np.sin(theta), r * np.cos(theta)], axis=1))
        y += [k] * per_arm
    return np.concatenate(X), np.array(y)


if __name__ == "__main__":
    np.random.seed(123)
    X, y = spiral(120)
    net = Network([
        Dense(2, 64, 2e-4), ReLU(), Dropout(0.05),
        Dense(64, 32, 2e-4), ReLU(),
        Dense(32, 3, 2e-4),
    ])
    for epoch in range(1, 251):
        perm = np.random.permutation(len(X))
        losses = []
        for i in range(0, len(X), 40):
            batch = perm[i:i + 40]
            losses.append(net.train_step(X[batch], y[batch], lr=0.05, mu=0.9))
        if epoch % 25 == 0 or epoch == 1:
            print(f"epoch {epoch:3d} | loss {np.mean(losses):.4f} | acc {net.accuracy(X, y):.3f}")
