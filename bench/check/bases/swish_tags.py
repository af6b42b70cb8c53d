import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def swish(x):
    return x * sigmoid(x)

def swishSlope(x):
    s = sigmoid(x)
    return s + x * s * (1 - s)

np.random.seed(606)
xTrain = np.random.randn(60, 6)
# three tags for each sample, any number of them can be set
yTrain = np.column_stack((xTrain[:, 0] > 0, xTrain[:, 1] * xTrain[:, 2] > 0, xTrain[:, 3] + xTrain[:, 4] > 0.5)).astype(float)

w1 = np.random.randn(6, 10) * np.sqrt(2 / 6)
w2 = np.random.randn(10, 8) * np.sqrt(2 / 10)
w3 = np.random.randn(8, 3) * np.sqrt(1 / 8)
bias1, bias2, bias3 = np.zeros((1, 10)), np.zeros((1, 8)), np.zeros((1, 3))
learningRate = 0.5
nEpochs = 200

for epoch in range(nEpochs):
    z1 = np.matmul(xTrain, w1) + bias1
    a1 = swish(z1)
    z2 = np.matmul(a1, w2) + bias2
    a2 = swish(z2)
    z3 = np.matmul(a2, w3) + bias3
    yHat = sigmoid(z3)
    bce = np.mean(-yTrain * np.log(yHat) - (1 - yTrain) * np.log(1 - yHat))

    dZ3 = (yHat - yTrain) / yTrain.size
    dW3 = np.matmul(a2.T, dZ3)
    dBias3 = np.sum(dZ3, axis=0, keepdims=True)
    dZ2 = np.matmul(dZ3, w3.T) * swishSlope(z2)
    dW2 = np.matmul(a1.T, dZ2)
    dBias2 = np.sum(dZ2, axis=0, keepdims=True)
    dZ1 = np.matmul(dZ2, w2.T) * swishSlope(z1)
    dW1 = np.matmul(xTrain.T, dZ1)
    dBias1 = np.sum(dZ1, axis=0, keepdims=True)

    w3 -= learningRate * dW3
    w2 -= learningRate * dW2
    w1 -= learningRate * dW1
    bias3 -= learningRate * dBias3
    bias2 -= learningRate * dBias2
    bias1 -= learningRate * dBias1
    if (epoch + 1) % 50 == 0:
        hits = np.mean((yHat > 0.5) == (yTrain > 0.5))
        print(f"Epoch {epoch + 1}/{nEpochs} - loss: {bce:.4f} - accuracy: {hits:.3f}")
