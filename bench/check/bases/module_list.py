import numpy as np
np.random.seed(500)


class Dense:
    def __init__(self, fan_in, fan_out):
        self.weights = np.random.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
        self.biases = np.zeros((1, fan_out))

    def forward(self, inputs, training):
        self.inputs = inputs
        return np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        return np.dot(dvalues, self.weights.T)


class LeakyReLU:
    def forward(self, inputs, training):
        self.inputs = inputs
        return np.maximum(inputs, 0.05 * inputs)

    def backward(self, dvalues):
        dinputs = dvalues.copy()
        dinputs[self.inputs <= 0] *= 0.05
        return dinputs


class Dropout:
    def __init__(self, rate):
        self.keep = 1 - rate

    def forward(self, inputs, training):
        if not training:
            return inputs
        self.mask = np.random.binomial(1, self.keep, inputs.shape) / self.keep
        return inputs * self.mask

    def backward(self, dvalues):
        return dvalues * self.mask


class BinaryCrossEntropy:
    def forward(self, logits, targets):
        self.yhat = 1 / (1 + np.exp(-logits))
        self.targets = targets
        return np.mean(np.logaddexp(0, logits) - targets * logits)

    def backward(self):
        return (self.yhat - self.targets) / self.targets.size


class Momentum:
    def __init__(self, layers, lr, momentum):
        self.layers, self.lr, self.momentum = layers, lr, momentum
        self.vw = [np.zeros_like(l.weights) for l in layers]
        self.vb = [np.zeros_like(l.biases) for l in layers]

    def step(self):
        for i, layer in enumerate(self.layers):
            self.vw[i] = self.momentum * self.vw[i] - self.lr * layer.dweights
            self.vb[i] = self.momentum * self.vb[i] - self.lr * layer.dbiases
            layer.weights += self.vw[i]
            layer.biases += self.vb[i]


data = np.random.randn(60, 3)
answers = (np.prod(data[:, :2], axis=1, keepdims=True) > 0) * 1.0
model = [Dense(3, 10), LeakyReLU(), Dropout(0.2), Dense(10, 6), LeakyReLU(), Dense(6, 1)]
criterion = BinaryCrossEntropy()
optimizer = Momentum([l for l in model if isinstance(l, Dense)], lr=0.1, momentum=0.7)
for epoch in range(25):
    for first in range(0, 60, 20):
        out = data[first:first + 20]
        for layer in model:
            out = layer.forward(out, training=True)
        loss = criterion.forward(out, answers[first:first + 20])
        grad = criterion.backward()
        for layer in reversed(model):
            grad = layer.backward(grad)
        optimizer.step()
    print("Epoch", epoch + 1, "loss", loss)
