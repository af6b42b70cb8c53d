"""GRU by hand: read a window of a wobbly sine, predict the next value.

Batch first, one feature, float64.  RMSprop.  No framework.
"""
import numpy as np

HIDDEN = 16
WINDOW = 12
EPOCHS = 60
BATCH = 50


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class GRU:
    def __init__(self, n_in, n_hidden, seed=0):
        r = np.random.RandomState(seed)
        u = lambda *s: r.uniform(-1, 1, s) / np.sqrt(s[0])
        self.p = {
            "Wz": u(n_in, n_hidden), "Uz": u(n_hidden, n_hidden), "bz": np.zeros(n_hidden),
            "Wr": u(n_in, n_hidden), "Ur": u(n_hidden, n_hidden), "br": np.zeros(n_hidden),
            "Wn": u(n_in, n_hidden), "Un": u(n_hidden, n_hidden), "bn": np.zeros(n_hidden),
            "V": u(n_hidden, 1), "c": np.zeros(1),
        }
        self.n_hidden = n_hidden

    def forward(self, X):
        """X: (batch, time, features) -> (batch, 1)"""
        p = self.p
        h = np.zeros((X.shape[0], self.n_hidden))
        self.tape = []
        for t in range(X.shape[1]):
            x = X[:, t, :]
            z = sigmoid(x @ p["Wz"] + h @ p["Uz"] + p["bz"])
            r = sigmoid(x @ p["Wr"] + h @ p["Ur"] + p["br"])
            n = np.tanh(x @ p["Wn"] + (r * h) @ p["Un"] + p["bn"])
            self.tape.append((x, h, z, r, n))
            h = (1 - z) * h + z * n
        self.last = h
        return h @ p["V"] + p["c"]

    def backward(self, dout):
        p = self.p
        g = {k: np.zeros_like(v) for k, v in p.items()}
        g["V"] = self.last.T @ dout
        g["c"] = dout.sum(0)
        dh = dout @ p["V"].T
        for x, h, z, r, n in reversed(self.tape):
            dz = dh * (n - h) * z * (1 - z)
            dn = dh * z * (1 - n ** 2)
            drh = dn @ p["Un"].T
            dr = drh * h * r * (1 - r)
            g["Wz"] += x.T @ dz
            g["Uz"] += h.T @ dz
            g["bz"] += dz.sum(0)
            g["Wr"] += x.T @ dr
            g["Ur"] += h.T @ dr
            g["br"] += dr.sum(0)
            g["Wn"] += x.T @ dn
            g["Un"] += (r * h).T @ dn
            g["bn"] += dn.sum(0)
            dh = dh * (1 - z) + drh * r + dz @ p["Uz"].T + dr @ p["Ur"].T
        return g


class RMSprop:
    def __init__(self, params, lr=0.003, rho=0.9):
        self.lr, self.rho = lr, rho
        self.s = {k: np.zeros_like(v) for k, v in params.items()}

    def step(self, params, grads):
        for k in params:
            self.s[k] = self.rho * self.s[k] + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / (np.sqrt(self.s[k]) + 1e-7)


def windows(series, width):
    X = np.array([series[i:i + width] for i in range(len(series) - width)])
    y = series[width:]
    return X[:, :, None], y.reshape(-1, 1)


def mse(pred, y):
    return np.mean((pred - y) ** 2)


if __name__ == "__main__":
    t = np.arange(700) * 0.2
    wave = np.sin(t) * (0.7 + 0.3 * np.sin(0.17 * t))
    X, y = windows(wave, WINDOW)
    Xtr, ytr, Xte, yte = X[:500], y[:500], X[500:], y[500:]

    model = GRU(1, HIDDEN)
    opt = RMSprop(model.p)
    shuffler = np.random.RandomState(1)
    for epoch in range(EPOCHS):
        order = shuffler.permutation(len(Xtr))
        losses = []
        for s in range(0, len(order), BATCH):
            j = order[s:s + BATCH]
            pred = model.forward(Xtr[j])
            losses.append(mse(pred, ytr[j]))
            grads = model.backward(2 * (pred - ytr[j]) / len(j))
            opt.step(model.p, grads)
        if epoch % 6 == 0 or epoch == EPOCHS - 1:
            print("epoch", epoch, "train mse", round(float(np.mean(losses)), 6),
                  "test mse", round(float(mse(model.forward(Xte), yte)), 6))
