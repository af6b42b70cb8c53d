# Neural net from scratch without numpy
# 2 inputs -> 4 hidden -> 2 outputs (first output = XOR, second output = AND)
import random
import math

random.seed(3)

nInputs = 2
nHidden = 4
nOutputs = 2
learnRate = 0.7

def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))

# takes the already squashed value
def dSigmoid(y):
    return y * (1.0 - y)

wIH = [[random.uniform(-1, 1) for j in range(nHidden)] for i in range(nInputs)]
wHO = [[random.uniform(-1, 1) for k in range(nOutputs)] for j in range(nHidden)]
biasH = [random.uniform(-1, 1) for j in range(nHidden)]
biasO = [random.uniform(-1, 1) for k in range(nOutputs)]

trainingData = [
    ([0, 0], [0, 0]),
    ([0, 1], [1, 0]),
    ([1, 0], [1, 0]),
    ([1, 1], [0, 1]),
]

def feedForward(inputs):
    hidden = []
    for j in range(nHidden):
        total = biasH[j]
        for i in range(nInputs):
            total += inputs[i] * wIH[i][j]
        hidden.append(sigmoid(total))
    outputs = []
    for k in range(nOutputs):
        total = biasO[k]
        for j in range(nHidden):
            total += hidden[j] * wHO[j][k]
        outputs.append(sigmoid(total))
    return hidden, outputs

def backPropagate(inputs, hidden, outputs, targets):
    # output layer
    outputDeltas = []
    for k in range(nOutputs):
        error = targets[k] - outputs[k]
        outputDeltas.append(error * dSigmoid(outputs[k]))

    # hidden layer
    hiddenDeltas = []
    for j in range(nHidden):
        error = 0.0
        for k in range(nOutputs):
            error += outputDeltas[k] * wHO[j][k]
        hiddenDeltas.append(error * dSigmoid(hidden[j]))

    # change the weights
    for j in range(nHidden):
        for k in range(nOutputs):
            wHO[j][k] += learnRate * outputDeltas[k] * hidden[j]
    for k in range(nOutputs):
        biasO[k] += learnRate * outputDeltas[k]
    for i in range(nInputs):
        for j in range(nHidden):
            wIH[i][j] += learnRate * hiddenDeltas[j] * inputs[i]
    for j in range(nHidden):
        biasH[j] += learnRate * hiddenDeltas[j]

    # half squared error
    return sum(0.5 * (t - o) ** 2 for t, o in zip(targets, outputs))

for epoch in range(6000):
    random.shuffle(trainingData)
    totalError = 0.0
    for inputs, targets in trainingData:
        hidden, outputs = feedForward(inputs)
        totalError += backPropagate(inputs, hidden, outputs, targets)
    if epoch % 1000 == 0:
        print("epoch", epoch, "error", round(totalError, 5))

print("Results after training:")
for inputs, targets in sorted(trainingData):
    hidden, outputs = feedForward(inputs)
    print(inputs, "->", [round(o, 3) for o in outputs], "expected", targets)
