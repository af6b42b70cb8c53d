"""
CS course - Assignment 2
Task: implement a fully connected neural network from scratch and use it
to separate the inner circle from the outer ring.
"""
import numpy as np


class NeuralNetwork:
    def __init__(self, layer_sizes, learning_rate=0.1, seed=1):
        np.random.seed(seed)
        self.layer_sizes = layer_sizes
        self.learning_rate = learning_rate
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            self.weights.append(np.random.randn(n_in, n_out) * np.sqrt(1.0 / n_in))
            self.biases.append(np.zeros((1, n_out)))

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        """Returns the list of all activations, the input included."""
        activations = [X]
        last = len(self.weights) - 1
        for i in range(len(self.weights)):
            z = np.dot(activations[-1], self.weights[i]) + self.biases[i]
            if i == last:
                activations.append(self.sigmoid(z))
            else:
                activations.append(np.tanh(z))
        return activations

    def loss(self, y, y_hat):
        eps = 1e-12
        return -np.mean(y * np.log(y_hat + eps) + (1 - y) * np.log(1 - y_hat + eps))

    def backward(self, activations, y):
        m = y.shape[0]
        grads_w = [None] * len(self.weights)
        grads_b = [None] * len(self.weights)
        # sigmoid together with cross entropy
        delta = (activations[-1] - y) / m
        for i in reversed(range(len(self.weights))):
            grads_w[i] = np.dot(activations[i].T, delta)
            grads_b[i] = np.sum(delta, axis=0, keepdims=True)
            if i > 0:
                delta = np.dot(delta, self.weights[i].T) * (1 - activations[i] ** 2)
        return grads_w, grads_b

    def update(self, grads_w, grads_b):
        for i in range(len(self.weights)):
            self.weights[i] -= self.learning_rate * grads_w[i]
            self.biases[i] -= self.learning_rate * grads_b[i]

    def train(self, X, y, epochs=200, batch_size=20):
        for epoch in range(1, epochs + 1):
            order = np.random.permutation(len(X))
            X = X[order]
            y = y[order]
            for start in range(0, len(X), batch_size):
                X_batch = X[start:start + batch_size]
                y_batch = y[start:start + batch_size]
                activations = self.forward(X_batch)
                grads_w, grads_b = self.backward(activations, y_batch)
                self.update(grads_w, grads_b)
            if epoch % 100 == 0 or epoch == 1:
                y_hat = self.forward(X)[-1]
                print("Epoch %4d  loss %.4f  accuracy %.3f"
                      % (epoch, self.loss(y, y_hat), self.accuracy(X, y)))

    def accuracy(self, X, y):
        return np.mean((self.forward(X)[-1] > 0.5) == y)


def make_circles(n, seed=0):
    rng = np.random.RandomState(seed)
    angle = rng.uniform(0, 2 * np.pi, n)
    label = rng.randint(0, 2, n)
    radius = np.where(label == 1, 0.6, 1.6) + rng.normal(0, 0.15, n)
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return X, label.reshape(-1, 1)


if __name__ == "__main__":
    X_train, y_train = make_circles(400, seed=0)
    X_test, y_test = make_circles(200, seed=5)
    net = NeuralNetwork([2, 12, 6, 1], learning_rate=0.1)
    net.train(X_train, y_train, epochs=1000)
    print("Test accuracy:", net.accuracy(X_test, y_test))
