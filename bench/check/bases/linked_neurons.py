import math
import random


class Neuron:
    def __init__(self, sources=()):
        self.sources = list(sources)
        self.weights = [random.uniform(-1, 1) for _ in self.sources]
        self.output = 1.0
        self.delta = 0.0
        self.targets = []
        for position, source in enumerate(self.sources):
            source.targets.append((self, position))

    def fire(self):
        self.total = sum(w * s.output for w, s in zip(self.weights, self.sources))
        self.output = 1.0 / (1.0 + math.exp(-self.total))

    def slope(self):
        return self.output * (1.0 - self.output)


random.seed(10)
bias = Neuron()                                   # always 1
input_layer = [Neuron() for _ in range(3)]
hidden_layer = [Neuron(input_layer + [bias]) for _ in range(5)]
output_layer = [Neuron(hidden_layer + [bias]) for _ in range(1)]

# majority of three bits
patterns = [((a, b, c), 1.0 if a + b + c > 1 else 0.0) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
eta = 1.0


def run(bits):
    for neuron, bit in zip(input_layer, bits):
        neuron.output = float(bit)
    for neuron in hidden_layer + output_layer:
        neuron.fire()
    return output_layer[0].output


def learn(answer):
    for neuron in output_layer:
        neuron.delta = (neuron.output - answer) * neuron.slope()
    for neuron in hidden_layer:
        back = 0.0
        for child, position in neuron.targets:
            back += child.weights[position] * child.delta
        neuron.delta = back * neuron.slope()
    for neuron in output_layer + hidden_layer:
        for k, source in enumerate(neuron.sources):
            neuron.weights[k] -= eta * neuron.delta * source.output


for epoch in range(300):
    error = 0.0
    for bits, answer in patterns:
        guess = run(bits)
        loss = 0.5 * (guess - answer) ** 2
        error += loss
        learn(answer)
    if epoch % 50 == 0:
        print("epoch", epoch, "error", error)
