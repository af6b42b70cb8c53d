import numpy as np

# LSTM that reads 15 points of a noisy wave and predicts the next one.
# Everything by hand, batch first, gates packed in one matrix [i f o g].

rng = np.random.RandomState(42)

seqLen = 15
hiddenSize = 12
batchSize = 16
learningRate = 0.01

timeline = np.arange(700) * 0.25
wave = np.sin(timeline) + 0.4 * np.sin(2.3 * timeline + 1) + 0.02 * rng.randn(700)
windows = np.array([wave[i:i + seqLen] for i in range(len(wave) - seqLen)])
nexts = np.array([wave[i + seqLen] for i in range(len(wave) - seqLen)]).reshape(-1, 1)
trainX, trainY = windows[:550], nexts[:550]
testX, testY = windows[550:], nexts[550:]


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


weights = {
    'gates': rng.randn(1 + hiddenSize, 4 * hiddenSize) / np.sqrt(1 + hiddenSize),
    'gatesBias': np.zeros(4 * hiddenSize),
    'out': rng.randn(hiddenSize, 1) / np.sqrt(hiddenSize),
    'outBias': np.zeros(1),
}
weights['gatesBias'][hiddenSize:2 * hiddenSize] = 1.0   # forget gate starts open


def forwardPass(sequence):
    n = sequence.shape[0]
    h = np.zeros((n, hiddenSize))
    c = np.zeros((n, hiddenSize))
    history = []
    for t in range(seqLen):
        joined = np.hstack([sequence[:, t:t + 1], h])
        z = joined @ weights['gates'] + weights['gatesBias']
        i = sigmoid(z[:, :hiddenSize])
        f = sigmoid(z[:, hiddenSize:2 * hiddenSize])
        o = sigmoid(z[:, 2 * hiddenSize:3 * hiddenSize])
        g = np.tanh(z[:, 3 * hiddenSize:])
        cPrev = c
        c = f * cPrev + i * g
        tanhC = np.tanh(c)
        h = o * tanhC
        history.append((joined, i, f, o, g, cPrev, tanhC))
    prediction = h @ weights['out'] + weights['outBias']
    return prediction, h, history


def backwardPass(prediction, target, hLast, history):
    grads = {k: np.zeros_like(v) for k, v in weights.items()}
    dPred = 2 * (prediction - target) / len(target)
    grads['out'] = hLast.T @ dPred
    grads['outBias'] = dPred.sum(axis=0)
    dh = dPred @ weights['out'].T
    dc = np.zeros_like(dh)
    for joined, i, f, o, g, cPrev, tanhC in reversed(history):
        do = dh * tanhC
        dc = dc + dh * o * (1 - tanhC ** 2)
        di = dc * g
        df = dc * cPrev
        dg = dc * i
        dz = np.hstack([
            di * i * (1 - i),
            df * f * (1 - f),
            do * o * (1 - o),
            dg * (1 - g ** 2),
        ])
        grads['gates'] += joined.T @ dz
        grads['gatesBias'] += dz.sum(axis=0)
        dJoined = dz @ weights['gates'].T
        dh = dJoined[:, 1:]
        dc = dc * f
    return grads


first = {k: np.zeros_like(v) for k, v in weights.items()}
second = {k: np.zeros_like(v) for k, v in weights.items()}
tick = 0

for epoch in range(40):
    shuffled = rng.permutation(len(trainX))
    losses = []
    for start in range(0, len(shuffled), batchSize):
        pick = shuffled[start:start + batchSize]
        bx, by = trainX[pick], trainY[pick]
        pred, hLast, history = forwardPass(bx)
        losses.append(np.mean((pred - by) ** 2))
        grads = backwardPass(pred, by, hLast, history)
        tick += 1
        for k in weights:
            first[k] = 0.9 * first[k] + 0.1 * grads[k]
            second[k] = 0.999 * second[k] + 0.001 * grads[k] ** 2
            mHat = first[k] / (1 - 0.9 ** tick)
            vHat = second[k] / (1 - 0.999 ** tick)
            weights[k] -= learningRate * mHat / (np.sqrt(vHat) + 1e-8)
    if epoch % 5 == 4:
        testPred, _, _ = forwardPass(testX)
        print(f"epoch {epoch + 1:2d}  train mse {np.mean(losses):.5f}  test mse {np.mean((testPred - testY) ** 2):.5f}")
