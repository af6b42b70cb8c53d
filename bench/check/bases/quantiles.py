import numpy as np

TAUS = np.array([0.1, 0.5, 0.9])


class QuantileNet:
    """Three quantiles of a wage at once: pinball loss, one output for each quantile, Adagrad."""

    def __init__(self, n_in, n_hid, seed):
        rs = np.random.RandomState(seed)
        self.w_in = rs.randn(n_in, n_hid) * 0.8
        self.b_in = rs.randn(n_hid) * 0.1
        self.w_out = rs.randn(n_hid, 3) * 0.3
        self.b_out = np.array([-0.5, 0.0, 0.5])
        self.cache = {"w_in": 1e-8, "b_in": 1e-8, "w_out": 1e-8, "b_out": 1e-8}

    def __call__(self, x):
        self.x = x
        self.s = x @ self.w_in + self.b_in
        self.h = 1 / (1 + np.exp(-self.s))
        return self.h @ self.w_out + self.b_out

    def step(self, x, y, lr):
        q = self(x)
        gap = y[:, None] - q
        pinball = np.mean(np.maximum(TAUS * gap, (TAUS - 1) * gap))
        d_q = np.where(gap > 0, -TAUS, 1 - TAUS) / gap.size
        g_w_out = self.h.T @ d_q
        g_b_out = d_q.sum(axis=0)
        d_h = d_q @ self.w_out.T
        d_s = d_h * self.h * (1 - self.h)
        g_w_in = self.x.T @ d_s
        g_b_in = d_s.sum(axis=0)
        for name, grad in (("w_in", g_w_in), ("b_in", g_b_in), ("w_out", g_w_out), ("b_out", g_b_out)):
            self.cache[name] = self.cache[name] + grad ** 2
            value = getattr(self, name)
            value -= lr * grad / np.sqrt(self.cache[name])
        return pinball


gen = np.random.RandomState(10)
years = gen.uniform(-1, 1, (50, 1))
y = np.sin(2 * years[:, 0]) + (0.3 + 0.3 * years[:, 0] ** 2) * gen.randn(50)
model = QuantileNet(1, 6, seed=4)
for it in range(200):
    err = model.step(years, y, lr=0.05)
    if it % 40 == 0:
        print(it, "pinball loss", round(err, 4))
print("share below each line:", [round(float(np.mean(y < col)), 2) for col in model(years).T])
