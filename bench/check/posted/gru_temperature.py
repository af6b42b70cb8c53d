import numpy as np
import random

"""GRU forecasting tomorrow's temperature from the last 12 days (synthetic series)"""


def make_series(n):
    t = np.arange(n)
    noise = np.cumsum(np.random.normal(0, 0.3, n))
    noise -= noise.mean()
    return 12 + 8 * np.sin(2 * np.pi * t / 30) + 2 * np.sin(2 * np.pi * t / 7) + 0.3 * noise


class GRUCell:
    def __init__(self, inputDim, hiddenDim):
        scale = 1 / np.sqrt(hiddenDim)
        def u(*shape):
            return np.random.uniform(-scale, scale, shape)
        self.hiddenDim = hiddenDim
        self.Wz, self.Uz, self.bz = u(hiddenDim, inputDim), u(hiddenDim, hiddenDim), np.zeros(hiddenDim)
        self.Wr, self.Ur, self.br = u(hiddenDim, inputDim), u(hiddenDim, hiddenDim), np.zeros(hiddenDim)
        self.Wh, self.Uh, self.bh = u(hiddenDim, inputDim), u(hiddenDim, hiddenDim), np.zeros(hiddenDim)
        self.Wo, self.bo = u(1, hiddenDim), np.zeros(1)
        self.names = ["Wz", "Uz", "bz", "Wr", "Ur", "br", "Wh", "Uh", "bh", "Wo", "bo"]

    def forward(self, seq):
        """seq: (T, inputDim). z close to 1 keeps the old state."""
        h = np.zeros(self.hiddenDim)
        self.tape = []
        for x in seq:
            z = 1 / (1 + np.exp(-(self.Wz @ x + self.Uz @ h + self.bz)))
            r = 1 / (1 + np.exp(-(self.Wr @ x + self.Ur @ h + self.br)))
            hTilde = np.tanh(self.Wh @ x + self.Uh @ (r * h) + self.bh)
            hNew = z * h + (1 - z) * hTilde
            self.tape.append((x, h, z, r, hTilde))
            h = hNew
        self.hLast = h
        return self.Wo @ h + self.bo

    def backward(self, dOut):
        g = {name: np.zeros_like(getattr(self, name)) for name in self.names}
        g["Wo"] += np.outer(dOut, self.hLast)
        g["bo"] += dOut
        dh = self.Wo.T @ dOut
        for x, hPrev, z, r, hTilde in self.tape[::-1]:
            dz = dh * (hPrev - hTilde) * z * (1 - z)
            dTilde = dh * (1 - z) * (1 - hTilde ** 2)
            dRh = self.Uh.T @ dTilde
            dr = dRh * hPrev * r * (1 - r)
            for gate, delta in (("z", dz), ("r", dr)):
                g["W" + gate] += np.outer(delta, x)
                g["U" + gate] += np.outer(delta, hPrev)
                g["b" + gate] += delta
            g["Wh"] += np.outer(dTilde, x)
            g["Uh"] += np.outer(dTilde, r * hPrev)
            g["bh"] += dTilde
            dh = dh * z + dRh * r + self.Uz.T @ dz + self.Ur.T @ dr
        return g


np.random.seed(8)
random.seed(8)
raw = make_series(220)
mean, std = raw[:160].mean(), raw[:160].std()
series = (raw - mean) / std
window = 12
samples = [(series[i:i + window, None], series[i + window]) for i in range(len(series) - window)]
train, test = samples[:148], samples[148:]

net = GRUCell(1, 10)
learningRate = 0.05
for epoch in range(1, 16):
    random.shuffle(train)
    sse = 0.0
    for seq, target in train:
        out = net.forward(seq)
        diff = out - target
        sse += float(diff[0]) ** 2
        grads = net.backward(2 * diff)
        norm = np.sqrt(sum((gr ** 2).sum() for gr in grads.values()))
        factor = min(1.0, 1.0 / (norm + 1e-12))
        for name in net.names:
            param = getattr(net, name)
            param -= learningRate * factor * grads[name]
    if epoch % 3 == 0:
        testErr = np.mean([(net.forward(s)[0] - y) ** 2 for s, y in test])
        naive = np.mean([(s[-1, 0] - y) ** 2 for s, y in test])
        print("epoch %2d  train mse %.4f  test mse %.4f  (naive %.4f)" % (epoch, sse / len(train), testErr, naive))
    learningRate *= 0.93
