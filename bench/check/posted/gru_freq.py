# GRU from scratch: guess the frequency of a noisy sine wave (sequence -> one number)
import numpy as np

rs = np.random.RandomState(5)
SEQ, HID, BATCH = 25, 16, 32


def make_batch(n):
    freq = rs.uniform(0.5, 2.5, (n, 1))
    phase = rs.uniform(0, 2 * np.pi, (n, 1))
    t = np.linspace(0, 3, SEQ)[None, :]
    x = np.sin(freq * t * 2 + phase) + 0.05 * rs.randn(n, SEQ)
    return x[:, :, None], freq - 1.5        # (n, SEQ, 1), (n, 1)


def sigm(v):
    return 0.5 * (1 + np.tanh(0.5 * v))


class GRU:
    def __init__(self, d, h):
        s = 1 / np.sqrt(h)
        self.p = {}
        for gate in "zrn":
            self.p["W" + gate] = rs.uniform(-s, s, (d, h))
            self.p["U" + gate] = rs.uniform(-s, s, (h, h))
            self.p["b" + gate] = np.zeros(h)
        self.p["V"] = rs.uniform(-s, s, (h, 1))
        self.p["c"] = np.zeros(1)
        self.h_size = h

    def forward(self, x):
        p = self.p
        h = np.zeros((x.shape[0], self.h_size))
        self.tape = []
        for t in range(x.shape[1]):
            xt = x[:, t]
            z = sigm(xt @ p["Wz"] + h @ p["Uz"] + p["bz"])
            r = sigm(xt @ p["Wr"] + h @ p["Ur"] + p["br"])
            n = np.tanh(xt @ p["Wn"] + (r * h) @ p["Un"] + p["bn"])
            h_new = (1 - z) * h + z * n
            self.tape.append((xt, h, z, r, n))
            h = h_new
        self.last = h
        return h @ p["V"] + p["c"]

    def backward(self, dout):
        p = self.p
        g = {k: np.zeros_like(v) for k, v in p.items()}
        g["V"] = self.last.T @ dout
        g["c"] = dout.sum(0)
        dh = dout @ p["V"].T
        for xt, h, z, r, n in reversed(self.tape):
            dz = dh * (n - h)
            dn = dh * z
            dh_prev = dh * (1 - z)

            an = dn * (1 - n * n)
            d_rh = an @ p["Un"].T
            dr = d_rh * h
            dh_prev += d_rh * r

            az = dz * z * (1 - z)
            ar = dr * r * (1 - r)
            dh_prev += az @ p["Uz"].T
            dh_prev += ar @ p["Ur"].T

            for gate, a, hin in (("z", az, h), ("r", ar, h), ("n", an, r * h)):
                g["W" + gate] += xt.T @ a
                g["U" + gate] += hin.T @ a
                g["b" + gate] += a.sum(0)
            dh = dh_prev
        return g


class Adam:
    def __init__(self, params, lr=0.005, b1=0.9, b2=0.999):
        self.params, self.lr, self.b1, self.b2 = params, lr, b1, b2
        self.m = {k: np.zeros_like(v) for k, v in params.items()}
        self.v = {k: np.zeros_like(v) for k, v in params.items()}
        self.t = 0

    def step(self, grads):
        self.t += 1
        for k in self.params:
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * grads[k]
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * grads[k] ** 2
            mh = self.m[k] / (1 - self.b1 ** self.t)
            vh = self.v[k] / (1 - self.b2 ** self.t)
            self.params[k] -= self.lr * mh / (np.sqrt(vh) + 1e-8)


if __name__ == "__main__":
    model = GRU(1, HID)
    opt = Adam(model.p)
    running = None
    for it in range(1, 1501):
        x, y = make_batch(BATCH)
        out = model.forward(x)
        loss = 0.5 * np.mean((out - y) ** 2)
        opt.step(model.backward((out - y) / BATCH))
        running = loss if running is None else 0.95 * running + 0.05 * loss
        if it % 150 == 0 or it == 1:
            print("%5d   %.5f" % (it, running))

    x, y = make_batch(6)
    print("true ", (y + 1.5).ravel().round(2))
    print("guess", (model.forward(x) + 1.5).ravel().round(2))
