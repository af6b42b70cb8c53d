"""
Blog post companion: "Which optimiser wins?"  All optimisers share one interface:
    opt.update(params, grads)    (both dicts, in place)
"""
import numpy as np


class Sgd:
    def __init__(self, lr=0.05):
        self.lr = lr

    def update(self, params, grads):
        for k in params:
            params[k] -= self.lr * grads[k]


class Nesterov:
    # formulation of Bengio et al. (params live at the look-ahead point)
    def __init__(self, lr=0.02, mu=0.9):
        self.lr, self.mu, self.v = lr, mu, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            v_prev = self.v[k].copy()
            self.v[k] = self.mu * self.v[k] - self.lr * grads[k]
            params[k] += -self.mu * v_prev + (1 + self.mu) * self.v[k]


class AdaGrad:
    def __init__(self, lr=0.1):
        self.lr, self.h = lr, None

    def update(self, params, grads):
        if self.h is None:
            self.h = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.h[k] += grads[k] * grads[k]
            params[k] -= self.lr * grads[k] / (np.sqrt(self.h[k]) + 1e-7)


class RmsProp:
    def __init__(self, lr=0.01, rho=0.95):
        self.lr, self.rho, self.s = lr, rho, None

    def update(self, params, grads):
        if self.s is None:
            self.s = {k: np.zeros_like(p) for k, p in params.items()}
        for k in params:
            self.s[k] = self.rho * self.s[k] + (1 - self.rho) * grads[k] ** 2
            params[k] -= self.lr * grads[k] / np.sqrt(self.s[k] + 1e-8)


class Adam:
    def __init__(self, lr=0.01, b1=0.9, b2=0.999):
        self.lr, self.b1, self.b2, self.t = lr, b1, b2, 0
        self.m, self.v = {}, {}

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k]
            self.m[k] = self.b1 * self.m.get(k, 0) + (1 - self.b1) * g
            self.v[k] = self.b2 * self.v.get(k, 0) + (1 - self.b2) * g * g
            mhat = self.m[k] / (1 - self.b1 ** self.t)
            vhat = self.v[k] / (1 - self.b2 ** self.t)
            params[k] -= self.lr * mhat / (np.sqrt(vhat) + 1e-8)


def init(seed=0):
    r = np.random.RandomState(seed)
    return {"W1": r.randn(1, 20), "b1": r.randn(20),
            "W2": r.randn(20, 1) / np.sqrt(20), "b2": np.zeros(1)}


def loss_and_grads(p, x, y):
    h = np.tanh(x @ p["W1"] + p["b1"])
    out = h @ p["W2"] + p["b2"]
    e = out - y
    loss = np.mean(e ** 2)
    d = 2 * e / len(x)
    dh = (d @ p["W2"].T) * (1 - h * h)
    return loss, {"W2": h.T @ d, "b2": d.sum(0), "W1": x.T @ dh, "b1": dh.sum(0)}


if __name__ == "__main__":
    r = np.random.RandomState(42)
    x = r.uniform(-3, 3, (150, 1))
    y = np.sin(2 * x) * np.exp(-0.2 * x ** 2) + 0.05 * r.randn(150, 1)
    for name, opt in [("SGD", Sgd()), ("Nesterov", Nesterov()), ("AdaGrad", AdaGrad()),
                      ("RMSprop", RmsProp()), ("Adam", Adam())]:
        p = init()
        curve = []
        for epoch in range(200):
            order = r.permutation(150)
            for batch in np.array_split(order, 5):
                _, g = loss_and_grads(p, x[batch], y[batch])
                opt.update(p, g)
            curve.append(loss_and_grads(p, x, y)[0])
        print("%-10s epoch 1: %.4f   50: %.4f   200: %.5f" % (name, curve[0], curve[49], curve[-1]))
