import numpy as np
# 5x4 pixel digits 0-4 with noise, MLP with dropout
glyphs = ["0110 1001 1001 1001 0110", "0010 0110 0010 0010 0111",
          "1110 0001 0110 1000 1111", "1110 0001 0110 0001 1110",
          "1001 1001 1111 0001 0001"]
base = np.array([[float(c) for c in g.replace(" ", "")] for g in glyphs])

np.random.seed(3)
def getData(nPer):
    labels = np.repeat(np.arange(5), nPer)
    imgs = base[labels] + 0.45 * np.random.randn(5 * nPer, 20)
    return imgs, labels

trainX, trainY = getData(60)
testX, testY = getData(40)
trainT = np.eye(5)[trainY]

nHidden = 40
keepProb = 0.7
learningRate = 0.2
numEpochs = 60
batchSize = 25

W1 = np.random.randn(20, nHidden) * np.sqrt(1.0 / 20)
b1 = np.zeros((1, nHidden))
W2 = np.random.randn(nHidden, 5) * np.sqrt(1.0 / nHidden)
b2 = np.zeros((1, 5))

def softmax(z):
    ez = np.exp(z - z.max(axis=1, keepdims=True))
    return ez / ez.sum(axis=1, keepdims=True)

def predict(X):
    return np.argmax(np.tanh(X @ W1 + b1) @ W2 + b2, axis=1)

for epoch in range(numEpochs):
    perm = np.random.permutation(len(trainX))
    epochLoss = 0
    for start in range(0, len(trainX), batchSize):
        idx = perm[start:start + batchSize]
        xb, tb = trainX[idx], trainT[idx]
        n = len(xb)
        # --- forward
        hidden = np.tanh(xb @ W1 + b1)
        mask = (np.random.rand(*hidden.shape) < keepProb) / keepProb
        dropped = hidden * mask
        probs = softmax(dropped @ W2 + b2)
        epochLoss += -np.sum(tb * np.log(probs + 1e-9))
        # --- backward
        dLogits = (probs - tb) / n
        dW2 = dropped.T @ dLogits
        db2 = dLogits.sum(axis=0, keepdims=True)
        dHidden = dLogits @ W2.T
        dHidden = dHidden * mask
        dPre = dHidden * (1 - hidden ** 2)
        dW1 = xb.T @ dPre
        db1 = dPre.sum(axis=0, keepdims=True)
        # --- update
        W1 -= learningRate * dW1
        b1 -= learningRate * db1
        W2 -= learningRate * dW2
        b2 -= learningRate * db2
    if (epoch + 1) % 10 == 0:
        print("Epoch", epoch + 1, "loss", round(epochLoss / len(trainX), 4),
              "train acc", np.mean(predict(trainX) == trainY),
              "test acc", np.mean(predict(testX) == testY))
