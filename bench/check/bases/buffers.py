import numpy as np


class Model:
    """Two layers; all arrays are allocated once."""

    def __init__(self, rows, n_in, n_hid, n_out, rng):
        self.w0 = rng.standard_normal((n_in, n_hid)) * 0.5
        self.w1 = rng.standard_normal((n_hid, n_out)) * 0.5
        self.b0, self.b1 = np.zeros(n_hid), np.zeros(n_out)
        self.gw0, self.gw1 = np.empty_like(self.w0), np.empty_like(self.w1)
        self.h = np.empty((rows, n_hid))
        self.out = np.empty((rows, n_out))
        self.err = np.empty((rows, n_out))
        self.back = np.empty((rows, n_hid))

    def step(self, batch, truth, lr):
        rows = len(batch)
        np.dot(batch, self.w0, out=self.h)
        self.h += self.b0
        np.tanh(self.h, out=self.h)
        np.dot(self.h, self.w1, out=self.out)
        self.out += self.b1

        np.subtract(self.out, truth, out=self.err)
        loss = 0.5 * np.vdot(self.err, self.err) / rows
        self.err /= rows
        np.dot(self.h.T, self.err, out=self.gw1)
        gb1 = self.err.sum(axis=0)
        np.dot(self.err, self.w1.T, out=self.back)
        self.h *= self.h
        self.back -= self.back * self.h
        np.dot(batch.T, self.back, out=self.gw0)
        gb0 = self.back.sum(axis=0)

        self.gw0 *= lr
        self.gw1 *= lr
        self.w0 -= self.gw0
        self.w1 -= self.gw1
        self.b0 -= lr * gb0
        self.b1 -= lr * gb1
        return loss


rng = np.random.default_rng(404)
x = rng.uniform(-1, 1, (32, 3))
truth = np.stack((x[:, 0] * x[:, 1], np.exp(x[:, 2]) - 1), axis=-1)
model = Model(len(x), 3, 9, 2, rng)
for it in range(200):
    loss = model.step(x, truth, 0.2)
    if it % 50 == 0:
        print("it", it, "loss", loss)
