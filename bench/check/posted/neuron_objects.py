import math
import random

random.seed(3)


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)
        self.inputs = []
        self.net = 0.0
        self.output = 0.0
        self.delta = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        self.net = sum(w * x for w, x in zip(self.weights, inputs)) + self.bias
        self.output = math.tanh(self.net)
        return self.output

    def derivative(self):
        return 1.0 - self.output ** 2

    def update(self, lr):
        for i, x in enumerate(self.inputs):
            self.weights[i] -= lr * self.delta * x
        self.bias -= lr * self.delta


class Layer:
    def __init__(self, n_neurons, n_inputs):
        self.neurons = [Neuron(n_inputs) for _ in range(n_neurons)]

    def forward(self, inputs):
        return [n.activate(inputs) for n in self.neurons]


class Network:
    def __init__(self, *sizes):
        self.layers = [Layer(n_out, n_in) for n_in, n_out in zip(sizes[:-1], sizes[1:])]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, target):
        # output layer: E = sum (o - t)^2
        for n, t in zip(self.layers[-1].neurons, target):
            n.delta = 2 * (n.output - t) * n.derivative()
        # hidden layers, last to first
        for l in range(len(self.layers) - 2, -1, -1):
            nxt = self.layers[l + 1]
            for j, n in enumerate(self.layers[l].neurons):
                err = sum(m.weights[j] * m.delta for m in nxt.neurons)
                n.delta = err * n.derivative()

    def update(self, lr):
        for layer in self.layers:
            for n in layer.neurons:
                n.update(lr)

    def train(self, data, lr=0.1, epochs=1500):
        for e in range(epochs):
            loss = 0.0
            for x, t in data:
                out = self.forward(x)
                loss += sum((o - ti) ** 2 for o, ti in zip(out, t))
                self.backward(t)
                self.update(lr)
            if e % 250 == 0:
                print("epoch %d, loss = %.5f" % (e, loss / len(data)))


if __name__ == "__main__":
    # XOR with -1/+1 coding, tanh everywhere
    xor = [([-1, -1], [-0.9]), ([-1, 1], [0.9]), ([1, -1], [0.9]), ([1, 1], [-0.9])]
    net = Network(2, 3, 2, 1)
    net.train(xor)
    for x, t in xor:
        print(x, t, [round(o, 3) for o in net.forward(x)])
