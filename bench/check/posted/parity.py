"""
Port of my old Java MLP to Python. No numpy on the target box, so everything is
plain lists. Learns 4-bit parity with inputs/targets coded as -1 / +1.
"""
import math
import random


class Neuron:

    def __init__(self, numInputs, rng):
        self.weights = [rng.uniform(-0.7, 0.7) for _ in range(numInputs + 1)]
        self.velocity = [0.0] * (numInputs + 1)
        self.inputs = None
        self.output = 0.0
        self.delta = 0.0

    def fire(self, inputs):
        self.inputs = list(inputs)
        total = self.weights[-1]  # bias is the last weight
        for i in range(len(inputs)):
            total += self.weights[i] * inputs[i]
        self.output = math.tanh(total)
        return self.output

    def getDerivative(self):
        return 1.0 - self.output * self.output

    def setError(self, error):
        self.delta = error * self.getDerivative()

    def update(self, learningRate, momentum):
        for i in range(len(self.inputs)):
            self.velocity[i] = momentum * self.velocity[i] - learningRate * self.delta * self.inputs[i]
            self.weights[i] += self.velocity[i]
        self.velocity[-1] = momentum * self.velocity[-1] - learningRate * self.delta
        self.weights[-1] += self.velocity[-1]


class Layer:

    def __init__(self, numInputs, numNeurons, rng):
        self.neurons = []
        for _ in range(numNeurons):
            self.neurons.append(Neuron(numInputs, rng))

    def getOutputs(self, inputs):
        return [n.fire(inputs) for n in self.neurons]


class Network:

    def __init__(self, sizes, seed):
        rng = random.Random(seed)
        self.layers = []
        for i in range(1, len(sizes)):
            self.layers.append(Layer(sizes[i - 1], sizes[i], rng))

    def compute(self, inputs):
        values = inputs
        for layer in self.layers:
            values = layer.getOutputs(values)
        return values

    def backPropagate(self, target):
        outputLayer = self.layers[-1]
        for k in range(len(outputLayer.neurons)):
            n = outputLayer.neurons[k]
            n.setError(n.output - target[k])

        for l in range(len(self.layers) - 2, -1, -1):
            nextLayer = self.layers[l + 1]
            for j in range(len(self.layers[l].neurons)):
                error = 0.0
                for n in nextLayer.neurons:
                    error += n.weights[j] * n.delta
                self.layers[l].neurons[j].setError(error)

    def updateWeights(self, learningRate, momentum):
        for layer in self.layers:
            for n in layer.neurons:
                n.update(learningRate, momentum)


class Trainer:

    def __init__(self, network, learningRate, momentum):
        self.network = network
        self.learningRate = learningRate
        self.momentum = momentum

    def trainEpoch(self, patterns):
        totalError = 0.0
        for inputs, target in patterns:
            out = self.network.compute(inputs)
            for k in range(len(target)):
                totalError += 0.5 * (out[k] - target[k]) ** 2
            self.network.backPropagate(target)
            self.network.updateWeights(self.learningRate, self.momentum)
        return totalError


def makePatterns():
    patterns = []
    for a in (-1, 1):
        for b in (-1, 1):
            for c in (-1, 1):
                for d in (-1, 1):
                    patterns.append(([a, b, c, d], [0.9 * a * b * c * d]))
    return patterns


def main():
    patterns = makePatterns()
    network = Network([4, 8, 1], 42)
    trainer = Trainer(network, 0.03, 0.8)
    for epoch in range(4000):
        err = trainer.trainEpoch(patterns)
        if epoch % 400 == 0:
            print("Epoch %d, total error = %.6f" % (epoch, err))
    for inputs, target in patterns:
        print(inputs, target, "%.3f" % network.compute(inputs)[0])


if __name__ == "__main__":
    main()
