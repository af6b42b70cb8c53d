import numpy as np
import random


class NeuralNetwork:
    def __init__(self, nInputs, nHidden, nOutputs, learningRate=0.2, inertia=0.3):
        self.weightsHidden = np.random.normal(0.0, nInputs ** -0.5, (nHidden, nInputs))
        self.weightsOut = np.random.normal(0.0, nHidden ** -0.5, (nOutputs, nHidden))
        self.biasHidden = np.zeros(nHidden)
        self.biasOut = np.zeros(nOutputs)
        self.lastHidden = np.zeros((nHidden, nInputs))
        self.lastOut = np.zeros((nOutputs, nHidden))
        self.learningRate = learningRate
        self.inertia = inertia

    def feedforward(self, inputs):
        self.inputs = inputs
        self.hiddenNet = np.dot(self.weightsHidden, inputs) + self.biasHidden
        self.hidden = np.tanh(self.hiddenNet)
        self.outNet = np.dot(self.weightsOut, self.hidden) + self.biasOut
        self.output = 1.0 / (1.0 + np.exp(-self.outNet))
        return self.output

    def backprop(self, target):
        err = np.sum((target - self.output) ** 2)
        outDelta = 2 * (self.output - target) * self.output * (1 - self.output)
        self.gradOut = np.outer(outDelta, self.hidden)
        self.gradBiasOut = outDelta
        hidDelta = np.dot(self.weightsOut.T, outDelta) * (1 - self.hidden ** 2)
        self.gradHidden = np.outer(hidDelta, self.inputs)
        self.gradBiasHidden = hidDelta
        return err

    def update(self):
        self.lastOut = self.inertia * self.lastOut - self.learningRate * self.gradOut
        self.lastHidden = self.inertia * self.lastHidden - self.learningRate * self.gradHidden
        self.weightsOut += self.lastOut
        self.weightsHidden += self.lastHidden
        self.biasOut -= self.learningRate * self.gradBiasOut
        self.biasHidden -= self.learningRate * self.gradBiasHidden


np.random.seed(77)
random.seed(77)
points = np.random.uniform(-1, 1, (60, 2))
answers = np.array([[float(x * x + y * y < 0.5), float(x > y)] for x, y in points])
brain = NeuralNetwork(2, 8, 2)
indices = list(range(len(points)))
for epoch in range(15):
    random.shuffle(indices)
    total, seen = 0, 0
    for i in indices:
        brain.feedforward(points[i])
        total += brain.backprop(answers[i])
        brain.update()
        seen += 1
    print('epoch %d: squared error %.4f' % (epoch, total / seen))
