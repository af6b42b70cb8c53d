import numpy as np


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, rate):
        rng = np.random.RandomState(2)
        self.__w1 = rng.normal(0, 0.5, (n_hidden, n_in))
        self.__b1 = np.zeros((n_hidden, 1))
        self.__w2 = rng.normal(0, 0.5, (n_out, n_hidden))
        self.__b2 = np.zeros((n_out, 1))
        self.rate = rate
        self.losses = []

    def __tanh(self, z):
        return np.tanh(z)

    def __tanh_prime(self, z):
        return 1 - np.tanh(z) ** 2

    def forward(self, x):
        self.z1 = self.__w1 @ x + self.__b1
        self.a1 = self.__tanh(self.z1)
        self.z2 = self.__w2 @ self.a1 + self.__b2
        self.a2 = self.__tanh(self.z2)
        return self.a2

    def backward(self, x, y):
        m = x.shape[1]
        delta2 = (self.a2 - y) * self.__tanh_prime(self.z2)
        dw2 = delta2 @ self.a1.T / m
        db2 = np.sum(delta2, axis=1, keepdims=True) / m
        delta1 = (self.__w2.T @ delta2) * self.__tanh_prime(self.z1)
        dw1 = delta1 @ x.T / m
        db1 = np.sum(delta1, axis=1, keepdims=True) / m
        return dw1, db1, dw2, db2

    def train(self, x, y, epochs):
        for epoch in range(epochs):
            out = self.forward(x)
            cost = np.sum((out - y) ** 2) / (2 * x.shape[1])
            self.losses.append(cost)
            dw1, db1, dw2, db2 = self.backward(x, y)
            self.__w1 = self.__w1 - self.rate * dw1
            self.__b1 = self.__b1 - self.rate * db1
            self.__w2 = self.__w2 - self.rate * dw2
            self.__b2 = self.__b2 - self.rate * db2


data = np.random.RandomState(0)
X = data.uniform(-1, 1, (3, 25))
Y = np.sin(X.sum(axis=0, keepdims=True))
nn = NeuralNetwork(3, 7, 1, 0.2)
nn.train(X, Y, 500)
print(nn.losses[0], nn.losses[-1])
