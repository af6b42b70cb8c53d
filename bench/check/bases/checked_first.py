import copy

import numpy as np


class TwoLayer(object):
    """ELU in the middle, two real outputs. check() compares backprop with finite differences before we start."""

    def __init__(self, n_in, n_hid, n_out):
        r = np.random.RandomState(55)
        self.theta = {
            "V": r.randn(n_in, n_hid) / np.sqrt(n_in),
            "v": np.zeros(n_hid),
            "W": r.randn(n_hid, n_out) / np.sqrt(n_hid),
            "w": np.zeros(n_out),
        }
        self.l2 = 1e-3
        self.checked = False

    def outputs(self, th, x):
        pre = np.dot(x, th["V"]) + th["v"]
        hid = np.where(pre > 0, pre, np.expm1(pre))
        return pre, hid, np.dot(hid, th["W"]) + th["w"]

    def loss(self, th, x, y):
        out = self.outputs(th, x)[-1]
        penalty = np.sum(th["V"] ** 2) + np.sum(th["W"] ** 2)
        return np.sum((out - y) ** 2) / len(x) + self.l2 * penalty

    def gradients(self, th, x, y):
        pre, hid, out = self.outputs(th, x)
        g = {}
        d_out = 2 * (out - y) / len(x)
        g["W"] = np.dot(hid.T, d_out) + 2 * self.l2 * th["W"]
        g["w"] = np.sum(d_out, axis=0)
        d_hid = np.dot(d_out, th["W"].T)
        d_hid *= np.where(pre > 0, 1.0, np.exp(pre))
        g["V"] = np.dot(x.T, d_hid) + 2 * self.l2 * th["V"]
        g["v"] = np.sum(d_hid, axis=0)
        return g

    def check(self, x, y, h=1e-5):
        g = self.gradients(self.theta, x, y)
        worst = 0.0
        for key in self.theta:
            probe = copy.deepcopy(self.theta)
            flat = probe[key].reshape(-1)
            for k in range(min(4, flat.size)):
                flat[k] += h
                plus = self.loss(probe, x, y)
                flat[k] -= 2 * h
                minus = self.loss(probe, x, y)
                flat[k] += h
                worst = max(worst, abs((plus - minus) / (2 * h) - g[key].reshape(-1)[k]))
        self.checked = True
        return worst

    def step(self, x, y, lr):
        grads = self.gradients(self.theta, x, y)
        for key in grads:
            self.theta[key] = self.theta[key] - lr * grads[key]


points = np.random.RandomState(56).uniform(-2, 2, (45, 2))
targets = np.c_[np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0]) / np.pi]
net = TwoLayer(2, 9, 2)
print("worst deviation from finite differences: %.2e" % net.check(points, targets))
for i in range(300):
    loss = net.loss(net.theta, points, targets)
    net.step(points, targets, lr=0.1)
    if i % 60 == 0:
        print(i, loss)
