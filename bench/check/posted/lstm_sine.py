import numpy as np

# One-layer LSTM predicting the next value of a sum of two sines.
# Samples are rows: x has shape (batch, time, 1)

rng = np.random.RandomState(99)

def sigmoid(v):
    return 1.0 / (1.0 + np.exp(-v))

def make_windows(series, length):
    xs = np.array([series[i:i + length] for i in range(len(series) - length)])
    ys = series[length:]
    return xs[:, :, None], ys

t = np.arange(0, 360)
series = 0.6 * np.sin(0.2 * t) + 0.3 * np.sin(0.53 * t + 1)
X, y = make_windows(series, 12)
X_train, y_train = X[:260], y[:260]
X_valid, y_valid = X[260:], y[260:]


class LSTM:
    def __init__(self, n_in, n_hidden):
        self.nh = n_hidden
        k = 1 / np.sqrt(n_hidden)
        self.W = rng.uniform(-k, k, (n_in + n_hidden, 4 * n_hidden))   # gates in the order i, f, o, g
        self.b = np.zeros(4 * n_hidden)
        self.b[n_hidden:2 * n_hidden] = 1.0
        self.Wy = rng.uniform(-k, k, (n_hidden, 1))
        self.by = np.zeros(1)

    def forward(self, x):
        n, T, _ = x.shape
        nh = self.nh
        h, c = np.zeros((n, nh)), np.zeros((n, nh))
        self.cache = []
        for step in range(T):
            concat = np.hstack([x[:, step], h])
            z = concat @ self.W + self.b
            i, f, o = (sigmoid(z[:, j * nh:(j + 1) * nh]) for j in range(3))
            g = np.tanh(z[:, 3 * nh:])
            c_prev, c = c, f * c + i * g
            tc = np.tanh(c)
            h = o * tc
            self.cache.append((concat, i, f, o, g, c_prev, tc))
        self.h = h
        return h @ self.Wy + self.by

    def backward(self, dout):
        dWy = self.h.T @ dout
        dby = dout.sum(0)
        dW, db = np.zeros_like(self.W), np.zeros_like(self.b)
        dh = dout @ self.Wy.T
        dc = np.zeros_like(dh)
        for concat, i, f, o, g, c_prev, tc in reversed(self.cache):
            do = dh * tc
            dc = dc + dh * o * (1 - tc ** 2)
            di, df, dg = dc * g, dc * c_prev, dc * i
            dz = np.hstack([
                di * i * (1 - i),
                df * f * (1 - f),
                do * o * (1 - o),
                dg * (1 - g ** 2),
            ])
            dW += concat.T @ dz
            db += dz.sum(0)
            dh = (dz @ self.W.T)[:, -self.nh:]
            dc = dc * f
        return [dW, db, dWy, dby]


net = LSTM(1, 10)
params = [net.W, net.b, net.Wy, net.by]
mom = [np.zeros_like(p) for p in params]
lr, best, bad_epochs = 0.1, float("inf"), 0

for epoch in range(40):
    order = rng.permutation(len(X_train))
    total = 0.0
    for s in range(0, len(order), 20):
        sel = order[s:s + 20]
        pred = net.forward(X_train[sel])
        err = pred - y_train[sel][:, None]
        total += (err ** 2).sum()
        grads = net.backward(2 * err / len(sel))
        for p, v, g in zip(params, mom, grads):
            v *= 0.9
            v += g
            p -= lr * v
    valid = np.mean((net.forward(X_valid)[:, 0] - y_valid) ** 2)
    # halve the learning rate if there is no progress for 4 epochs
    if valid < best * 0.98:
        best, bad_epochs = valid, 0
    else:
        bad_epochs += 1
        if bad_epochs == 4:
            lr, bad_epochs = lr / 2, 0
    if epoch % 10 == 0 or epoch == 39:
        print("epoch", epoch, "train mse %.6f" % (total / len(X_train)), "valid mse %.6f" % valid, "lr", lr)
