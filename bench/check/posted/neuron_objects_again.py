"""
A tiny neural network made of Neuron objects (learning exercise, pure python).
Learns y = sin(x) on [-3, 3].
"""
from math import sin, tanh
from random import Random

rng = Random(11)


class Neuron:
    def __init__(self, n_inputs, linear=False):
        bound = 1.0 / n_inputs ** 0.5
        self.weights = [rng.uniform(-bound, bound) for _ in range(n_inputs)]
        self.bias = 0.0
        self.vel = [0.0] * n_inputs
        self.vel_bias = 0.0
        self.linear = linear
        self.inputs = []
        self.output = 0.0
        self.delta = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        z = self.bias + sum(w * x for w, x in zip(self.weights, inputs))
        self.output = z if self.linear else tanh(z)
        return self.output

    def slope(self):
        return 1.0 if self.linear else 1.0 - self.output ** 2

    def update(self, lr, mu):
        for i, x in enumerate(self.inputs):
            self.vel[i] = mu * self.vel[i] - lr * self.delta * x
            self.weights[i] += self.vel[i]
        self.vel_bias = mu * self.vel_bias - lr * self.delta
        self.bias += self.vel_bias


class Network:
    def __init__(self, sizes):
        self.layers = []
        for k in range(1, len(sizes)):
            last = k == len(sizes) - 1
            self.layers.append([Neuron(sizes[k - 1], linear=last) for _ in range(sizes[k])])

    def forward(self, x):
        for layer in self.layers:
            x = [n.activate(x) for n in layer]
        return x

    def backward(self, target):
        # loss is 1/2 * (output - target)^2
        for n, t in zip(self.layers[-1], target):
            n.delta = (n.output - t) * n.slope()
        for k in reversed(range(len(self.layers) - 1)):
            following = self.layers[k + 1]
            for j, n in enumerate(self.layers[k]):
                n.delta = sum(f.weights[j] * f.delta for f in following) * n.slope()

    def step(self, lr, mu):
        for layer in self.layers:
            for n in layer:
                n.update(lr, mu)


def make_data(n=40):
    xs = [-3.0 + 6.0 * i / (n - 1) for i in range(n)]
    return [([x], [sin(x)]) for x in xs]


def main():
    data = make_data()
    net = Network([1, 8, 6, 1])
    for epoch in range(300):
        rng.shuffle(data)
        sse = 0.0
        for x, t in data:
            out = net.forward(x)
            sse += (out[0] - t[0]) ** 2
            net.backward(t)
            net.step(lr=0.005, mu=0.8)
        if epoch % 40 == 0 or epoch == 299:
            print("epoch %3d   mse %.6f" % (epoch, sse / len(data)))
    for x in (-2.5, -1.0, 0.0, 1.0, 2.5):
        print("sin(%5.2f) = %7.4f   net: %7.4f" % (x, sin(x), net.forward([x])[0]))


if __name__ == "__main__":
    main()
