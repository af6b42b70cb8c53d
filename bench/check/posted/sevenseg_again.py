"""
Seven-segment display reader.  Pure Python, object oriented.
Input: the 7 segments (a b c d e f g), output: 10 sigmoid neurons, one for each digit.
"""
import math
import random

SEGMENTS = {
    0: "1111110", 1: "0110000", 2: "1101101", 3: "1111001", 4: "0110011",
    5: "1011011", 6: "1011111", 7: "1110000", 8: "1111111", 9: "1111011",
}


class Neuron:
    def __init__(self, number_of_inputs):
        self.weights = [random.gauss(0, 0.7) for _ in range(number_of_inputs)]
        self.bias = 0.0
        self.output = 0.0
        self.delta = 0.0
        self.reset_gradient()

    def reset_gradient(self):
        self.weight_gradient = [0.0] * len(self.weights)
        self.bias_gradient = 0.0

    def activate(self, inputs):
        total = self.bias
        for w, x in zip(self.weights, inputs):
            total += w * x
        total = max(-50.0, min(50.0, total))     # math.exp overflows otherwise
        self.output = 1.0 / (1.0 + math.exp(-total))
        return self.output

    def derivative(self):
        return self.output * (1.0 - self.output)


class Layer:
    def __init__(self, number_of_neurons, number_of_inputs):
        self.neurons = [Neuron(number_of_inputs) for _ in range(number_of_neurons)]

    def forward(self, inputs):
        self.inputs = inputs
        return [neuron.activate(inputs) for neuron in self.neurons]

    def accumulate(self):
        for neuron in self.neurons:
            for i, x in enumerate(self.inputs):
                neuron.weight_gradient[i] += neuron.delta * x
            neuron.bias_gradient += neuron.delta

    def update(self, learning_rate):
        for neuron in self.neurons:
            for i in range(len(neuron.weights)):
                neuron.weights[i] -= learning_rate * neuron.weight_gradient[i]
            neuron.bias -= learning_rate * neuron.bias_gradient
            neuron.reset_gradient()


class Network:
    def __init__(self, sizes):
        self.layers = [Layer(sizes[i + 1], sizes[i]) for i in range(len(sizes) - 1)]

    def forward(self, inputs):
        for layer in self.layers:
            inputs = layer.forward(inputs)
        return inputs

    def backward(self, targets):
        last = self.layers[-1]
        for neuron, target in zip(last.neurons, targets):
            neuron.delta = (neuron.output - target) * neuron.derivative()
        for index in range(len(self.layers) - 2, -1, -1):
            following = self.layers[index + 1]
            for j, neuron in enumerate(self.layers[index].neurons):
                error = 0.0
                for other in following.neurons:
                    error += other.weights[j] * other.delta
                neuron.delta = error * neuron.derivative()
        for layer in self.layers:
            layer.accumulate()

    def train(self, samples, epochs, learning_rate):
        for epoch in range(epochs):
            loss = 0.0
            for inputs, targets in samples:
                outputs = self.forward(inputs)
                loss += 0.5 * sum((o - t) ** 2 for o, t in zip(outputs, targets))
                self.backward(targets)
            for layer in self.layers:
                layer.update(learning_rate)
            if epoch % 500 == 0:
                print("epoch {:5d}   loss {:.4f}".format(epoch, loss))


random.seed(12)
samples = []
for digit, segments in SEGMENTS.items():
    targets = [0.0] * 10
    targets[digit] = 1.0
    samples.append(([float(s) for s in segments], targets))

network = Network([7, 12, 10])
network.train(samples, 4000, 1.0)

correct = 0
for digit, segments in SEGMENTS.items():
    outputs = network.forward([float(s) for s in segments])
    guess = outputs.index(max(outputs))
    correct += guess == digit
    print("segments", segments, "digit", digit, "network says", guess)
print(correct, "of 10 right")
