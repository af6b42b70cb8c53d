import math
import random

random.seed(4)


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)
        self.inputs = []
        self.output = 0.0
        self.delta = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        s = self.bias
        for w, x in zip(self.weights, inputs):
            s += w * x
        self.output = 1.0 / (1.0 + math.exp(-s))
        return self.output

    def slope(self):
        return self.output * (1.0 - self.output)

    def update(self, lr):
        for k in range(len(self.weights)):
            self.weights[k] -= lr * self.delta * self.inputs[k]
        self.bias -= lr * self.delta


class Layer:
    def __init__(self, n_inputs, n_neurons):
        self.neurons = [Neuron(n_inputs) for _ in range(n_neurons)]

    def feed(self, inputs):
        return [n.activate(inputs) for n in self.neurons]


class Network:
    def __init__(self, sizes):
        self.layers = [Layer(a, b) for a, b in zip(sizes[:-1], sizes[1:])]

    def predict(self, inputs):
        values = inputs
        for layer in self.layers:
            values = layer.feed(values)
        return values

    def backpropagate(self, expected):
        # output layer, error is 1/2 (out - expected)^2
        for n, t in zip(self.layers[-1].neurons, expected):
            n.delta = (n.output - t) * n.slope()
        # hidden layers, from the back to the front
        for i in reversed(range(len(self.layers) - 1)):
            after = self.layers[i + 1]
            for j, n in enumerate(self.layers[i].neurons):
                err = 0.0
                for m in after.neurons:
                    err += m.delta * m.weights[j]
                n.delta = err * n.slope()

    def train(self, rows, lr, epochs):
        for epoch in range(epochs):
            total = 0.0
            random.shuffle(rows)
            for inputs, expected in rows:
                out = self.predict(inputs)
                total += sum((o - t) ** 2 for o, t in zip(out, expected)) / 2
                self.backpropagate(expected)
                for layer in self.layers:
                    for n in layer.neurons:
                        n.update(lr)
            if epoch % 1000 == 0 or epoch == epochs - 1:
                print("epoch=%d lr=%.2f error=%.5f" % (epoch, lr, total))


if __name__ == "__main__":
    # full adder: a, b, carry in  ->  sum, carry out
    table = []
    for a in (0, 1):
        for b in (0, 1):
            for c in (0, 1):
                s = a + b + c
                table.append(([a, b, c], [s % 2, s // 2]))

    net = Network([3, 6, 4, 2])
    net.train(table, lr=1.0, epochs=9000)
    for inputs, expected in sorted(table):
        print(inputs, expected, ["%.3f" % v for v in net.predict(inputs)])
