# Recognise 0..9 drawn on a 5x3 grid, pure python, no numpy
import math
import random

random.seed(7)

digitPatterns = [
    "111101101101111", "010110010010111", "111001111100111", "111001111001111",
    "101101111001001", "111100111001111", "111100111101111", "111001001001001",
    "111101111101111", "111101111001111",
]

numInputs = 15
numHidden = 12
numOutputs = 10
learningRate = 0.5
epochs = 400


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


trainingData = []
for d in range(10):
    pixels = [float(c) for c in digitPatterns[d]]
    target = [0.0] * 10
    target[d] = 1.0
    trainingData.append((pixels, target))

# hiddenWeights[j][i]: from input i to hidden j
hiddenWeights = [[random.uniform(-0.5, 0.5) for i in range(numInputs)] for j in range(numHidden)]
hiddenBias = [random.uniform(-0.5, 0.5) for j in range(numHidden)]
outputWeights = [[random.uniform(-0.5, 0.5) for j in range(numHidden)] for k in range(numOutputs)]
outputBias = [random.uniform(-0.5, 0.5) for k in range(numOutputs)]


def forward(pixels):
    hidden = []
    for j in range(numHidden):
        s = hiddenBias[j]
        for i in range(numInputs):
            s += hiddenWeights[j][i] * pixels[i]
        hidden.append(sigmoid(s))
    output = []
    for k in range(numOutputs):
        s = outputBias[k]
        for j in range(numHidden):
            s += outputWeights[k][j] * hidden[j]
        output.append(sigmoid(s))
    return hidden, output


for epoch in range(epochs):
    random.shuffle(trainingData)
    totalError = 0.0
    for pixels, target in trainingData:
        hidden, output = forward(pixels)
        for k in range(numOutputs):
            totalError += 0.5 * (target[k] - output[k]) ** 2

        # output deltas
        outputDelta = [0.0] * numOutputs
        for k in range(numOutputs):
            outputDelta[k] = (output[k] - target[k]) * output[k] * (1 - output[k])

        # hidden deltas
        hiddenDelta = [0.0] * numHidden
        for j in range(numHidden):
            err = 0.0
            for k in range(numOutputs):
                err += outputDelta[k] * outputWeights[k][j]
            hiddenDelta[j] = err * hidden[j] * (1 - hidden[j])

        # update output layer
        for k in range(numOutputs):
            for j in range(numHidden):
                outputWeights[k][j] -= learningRate * outputDelta[k] * hidden[j]
            outputBias[k] -= learningRate * outputDelta[k]
        # update hidden layer
        for j in range(numHidden):
            for i in range(numInputs):
                hiddenWeights[j][i] -= learningRate * hiddenDelta[j] * pixels[i]
            hiddenBias[j] -= learningRate * hiddenDelta[j]

    if epoch % 50 == 0:
        print("epoch", epoch, "error", round(totalError, 4))

correct = 0
for d in range(10):
    h, o = forward([float(c) for c in digitPatterns[d]])
    guess = o.index(max(o))
    print(d, "->", guess, round(o[guess], 3))
    correct += (guess == d)
print(correct, "of 10 correct")
