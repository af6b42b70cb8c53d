import numpy as np

C = np.sqrt(2 / np.pi)


def gelu(z):
    return 0.5 * z * (1 + np.tanh(C * (z + 0.044715 * z ** 3)))


def gelu_slope(z):
    t = np.tanh(C * (z + 0.044715 * z ** 3))
    inner = C * (1 + 3 * 0.044715 * z ** 2)
    return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * inner


class RunningMean:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def add(self, value):
        self.sum += value
        self.count += 1

    @property
    def value(self):
        return self.sum / max(1, self.count)


rng = np.random.default_rng(1606)
dims = [3, 10, 8, 2]
L = len(dims) - 1
keep_prob = 0.85
Ws = [rng.normal(0, np.sqrt(2 / dims[l]), (dims[l], dims[l + 1])) for l in range(L)]
bs = [np.zeros(dims[l + 1]) for l in range(L)]
inputs = rng.uniform(-1, 1, (40, 3))
targets = np.stack([inputs[:, 0] ** 2 - inputs[:, 1], np.abs(inputs[:, 2])], axis=1)

for epoch in range(100):
    meter = RunningMean()
    for start in range(0, 40, 20):
        x, t = inputs[start:start + 20], targets[start:start + 20]
        cache, masks, a = [], [], x
        for l in range(L):
            z = a @ Ws[l] + bs[l]
            cache.append((a, z))
            if l < L - 1:
                masks.append((rng.random(z.shape) < keep_prob) / keep_prob)
                a = gelu(z) * masks[l]
            else:
                a = z
        loss = np.abs(a - t).mean() + 0.5 * np.square(a - t).mean()
        meter.add(loss)

        grad = (np.sign(a - t) + (a - t)) / t.size
        grad_W, grad_b = [None] * L, [None] * L
        for l in reversed(range(L)):
            a_in, z = cache[l]
            if l < L - 1:
                grad = grad * masks[l] * gelu_slope(z)
            grad_W[l] = a_in.T @ grad
            grad_b[l] = grad.sum(axis=0)
            grad = grad @ Ws[l].T
        for l in range(L):
            Ws[l] -= 0.1 * grad_W[l]
            bs[l] -= 0.1 * grad_b[l]
    if epoch % 20 == 0:
        print("epoch", epoch, "mean loss", meter.value)
