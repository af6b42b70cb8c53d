import numpy as np

rnd = np.random.RandomState(17)
L, K, F = 12, 3, 4           # signal length, kernel width, filters
P = (L - K + 1) // 2         # length after pooling by two


def windows(signal):
    """(batch, L) -> (batch, L-K+1, K)"""
    starts = np.arange(L - K + 1)[:, None] + np.arange(K)[None, :]
    return signal[:, starts]


class Conv1D:
    def __init__(self):
        self.filters = rnd.randn(K, F) * 0.6
        self.offset = np.zeros(F)

    def forward(self, signal):
        self.cols = windows(signal)
        return self.cols @ self.filters + self.offset

    def backward(self, dout):
        self.d_filters = np.tensordot(self.cols, dout, axes=([0, 1], [0, 1]))
        self.d_offset = dout.sum(axis=(0, 1))


class Pool:
    def forward(self, x):
        self.split = x.reshape(len(x), P, 2, F)
        self.best = self.split.max(axis=2)
        return self.best

    def backward(self, dout):
        mask = self.split == self.best[:, :, None, :]
        return (mask * dout[:, :, None, :]).reshape(len(dout), 2 * P, F)


class Readout:
    def __init__(self, n_in, n_out):
        self.weight = rnd.randn(n_in, n_out) * 0.3
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.inp = x
        return x @ self.weight + self.bias

    def backward(self, dout):
        self.d_weight = self.inp.T @ dout
        self.d_bias = dout.sum(axis=0)
        return dout @ self.weight.T


signals = rnd.randn(32, L) * 0.3
kinds = rnd.randint(0, 3, 32)
for i, kind in enumerate(kinds):
    at = rnd.randint(0, L - K)
    signals[i, at:at + K] += [[1.5, -1.5, 1.5], [-1, 0, 2], [1, 1, 1]][kind]

conv, pool, readout = Conv1D(), Pool(), Readout(P * F, 3)
lr = 0.2
for epoch in range(80):
    maps = conv.forward(signals)
    act = np.tanh(maps)
    pooled = pool.forward(act)
    scores = readout.forward(pooled.reshape(len(signals), -1))
    e = np.exp(scores - scores.max(1, keepdims=True))
    prob = e / e.sum(1, keepdims=True)
    loss = -np.log(prob[np.arange(32), kinds]).mean()

    d_scores = prob.copy()
    d_scores[np.arange(32), kinds] -= 1
    d_scores /= 32
    d_pooled = readout.backward(d_scores).reshape(pooled.shape)
    d_act = pool.backward(d_pooled)
    d_maps = d_act * (1 - act * act)
    conv.backward(d_maps)
    conv.filters -= lr * conv.d_filters
    conv.offset -= lr * conv.d_offset
    readout.weight -= lr * readout.d_weight
    readout.bias -= lr * readout.d_bias
    if epoch % 20 == 0:
        print(epoch, loss, (scores.argmax(1) == kinds).mean())
