import numpy as np


class TwoHeads:
    """One trunk; head k guesses the kind (3 classes), head s guesses the size."""

    def __init__(self, n_in, n_hidden, n_kinds, seed):
        r = np.random.RandomState(seed)
        self.trunk_w = r.normal(0, 0.5, (n_in, n_hidden))
        self.trunk_b = np.zeros(n_hidden)
        self.kind_w = r.normal(0, 0.5, (n_hidden, n_kinds))
        self.kind_b = np.zeros(n_kinds)
        self.size_w = r.normal(0, 0.5, n_hidden)
        self.size_b = np.zeros(1)
        self.seen = [0.0] * 6

    def params(self):
        return [self.trunk_w, self.trunk_b, self.kind_w, self.kind_b, self.size_w, self.size_b]

    def losses(self, x, kind, size):
        self.x = x
        self.h = 1 / (1 + np.exp(-(x @ self.trunk_w + self.trunk_b)))
        logits = self.h @ self.kind_w + self.kind_b
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.probs = shifted / shifted.sum(axis=1, keepdims=True)
        self.size = self.h @ self.size_w + self.size_b
        ce = -np.mean(np.log(self.probs[np.arange(len(kind)), kind]))
        mse = np.mean((self.size - size) ** 2)
        return ce, mse

    def gradients(self, kind, size, balance):
        count = len(kind)
        one_hot = np.eye(self.probs.shape[1])[kind]
        d_logits = (self.probs - one_hot) / count
        d_size = balance * 2 * (self.size - size) / count
        g_kind_w = self.h.T @ d_logits
        g_kind_b = d_logits.sum(axis=0)
        g_size_w = self.h.T @ d_size
        g_size_b = d_size.sum(axis=0, keepdims=True)
        d_h = d_logits @ self.kind_w.T + np.outer(d_size, self.size_w)
        d_pre = d_h * self.h * (1 - self.h)
        g_trunk_w = self.x.T @ d_pre
        g_trunk_b = d_pre.sum(axis=0)
        return [g_trunk_w, g_trunk_b, g_kind_w, g_kind_b, g_size_w, g_size_b]

    def rmsprop(self, grads, rate=0.02, rho=0.9):
        for k, (p, g) in enumerate(zip(self.params(), grads)):
            self.seen[k] = rho * self.seen[k] + (1 - rho) * g ** 2
            p -= rate * g / (np.sqrt(self.seen[k]) + 1e-7)


gen = np.random.RandomState(8)
points = gen.normal(size=(60, 4))
kinds = np.argmax(points[:, :3], axis=1)
sizes = 0.5 * points[:, 3] + 0.2 * points[:, 0]
model = TwoHeads(4, 9, 3, seed=1)
for epoch in range(20):
    order = gen.permutation(60)
    for start in range(0, 60, 15):
        pick = order[start:start + 15]
        ce, mse = model.losses(points[pick], kinds[pick], sizes[pick])
        loss = ce + 0.5 * mse
        model.rmsprop(model.gradients(kinds[pick], sizes[pick], 0.5))
    print("epoch %2d  kind %.4f  size %.4f" % (epoch, ce, mse))
