import numpy as np

# XOR again, but with two outputs (softmax) and ReLU. Stops when everything is right with a good margin.
inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
answers = np.array([0, 1, 1, 0])
numHidden = 6
learningRate = 0.25

np.random.seed(15)
w1 = np.random.randn(2, numHidden)
b1 = np.random.randn(numHidden) * 0.1
w2 = np.random.randn(numHidden, 2)
b2 = np.zeros(2)


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def crossEntropy(p, t):
    return np.mean([-np.log(p[k][t[k]]) for k in range(len(t))])


iteration = 0
margin = 0
while margin < 0.9:
    net1 = np.dot(inputs, w1) + b1
    hid = np.maximum(0, net1)
    net2 = np.dot(hid, w2) + b2
    out = softmax(net2)
    loss = crossEntropy(out, answers)

    oneHot = np.zeros((4, 2))
    oneHot[np.arange(4), answers] = 1
    dOut = (out - oneHot) / 4
    dW2 = np.dot(hid.T, dOut)
    dB2 = np.sum(dOut, axis=0)
    dHid = np.dot(dOut, w2.T)
    dHid[net1 < 0] = 0
    dW1 = np.dot(inputs.T, dHid)
    dB1 = np.sum(dHid, axis=0)

    w1 = w1 - learningRate * dW1
    b1 = b1 - learningRate * dB1
    w2 = w2 - learningRate * dW2
    b2 = b2 - learningRate * dB2
    margin = np.min(out[np.arange(4), answers])
    if iteration % 50 == 0:
        print('iteration', iteration, 'loss', loss, 'worst probability', margin)
    iteration += 1
    if iteration == 3000:
        print('giving up')
        break
print('needed', iteration, 'iterations')
