"""Pre-LN residual MLP, label smoothing, Adam with linear warm-up, global clipping."""
import numpy as np

EPS = 1e-5


def layernorm(x, gamma, beta):
    mu = x.mean(-1, keepdims=True)
    var = x.var(-1, keepdims=True)
    inv = 1.0 / np.sqrt(var + EPS)
    xhat = (x - mu) * inv
    return gamma * xhat + beta, (xhat, inv, gamma)


def layernorm_bwd(dy, cache):
    xhat, inv, gamma = cache
    dgamma = (dy * xhat).sum(0)
    dbeta = dy.sum(0)
    dxhat = dy * gamma
    dx = inv * (dxhat - dxhat.mean(-1, keepdims=True)
                - xhat * (dxhat * xhat).mean(-1, keepdims=True))
    return dx, dgamma, dbeta


def init_params(d_in, d, d_ff, n_blocks, n_cls, rng):
    p = {"Win": rng.normal(0, d_in ** -0.5, (d_in, d)), "bin": np.zeros(d),
         "Wout": rng.normal(0, d ** -0.5, (d, n_cls)), "bout": np.zeros(n_cls)}
    for l in range(n_blocks):
        p[f"g{l}"], p[f"be{l}"] = np.ones(d), np.zeros(d)
        p[f"U{l}"], p[f"bu{l}"] = rng.normal(0, (2 / d) ** 0.5, (d, d_ff)), np.zeros(d_ff)
        p[f"V{l}"], p[f"bv{l}"] = rng.normal(0, (1 / d_ff) ** 0.5, (d_ff, d)), np.zeros(d)
    return p


def forward(p, x, n_blocks):
    caches = []
    h = x @ p["Win"] + p["bin"]
    for l in range(n_blocks):
        u, ln = layernorm(h, p[f"g{l}"], p[f"be{l}"])
        a = np.maximum(u @ p[f"U{l}"] + p[f"bu{l}"], 0)
        caches.append((ln, u, a))
        h = h + a @ p[f"V{l}"] + p[f"bv{l}"]
    return h @ p["Wout"] + p["bout"], (x, caches, h)


def smoothed_ce(logits, y, eps=0.1):
    n, c = logits.shape
    z = logits - logits.max(1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(1, keepdims=True))
    q = np.full((n, c), eps / c)
    q[np.arange(n), y] += 1 - eps
    return -(q * logp).sum() / n, (np.exp(logp) - q) / n


def backward(p, dlogits, cache, n_blocks):
    x, caches, h = cache
    g = {"Wout": h.T @ dlogits, "bout": dlogits.sum(0)}
    dh = dlogits @ p["Wout"].T
    for l in reversed(range(n_blocks)):
        ln, u, a = caches[l]
        g[f"V{l}"], g[f"bv{l}"] = a.T @ dh, dh.sum(0)
        dpre = (dh @ p[f"V{l}"].T) * (a > 0)
        g[f"U{l}"], g[f"bu{l}"] = u.T @ dpre, dpre.sum(0)
        dx, g[f"g{l}"], g[f"be{l}"] = layernorm_bwd(dpre @ p[f"U{l}"].T, ln)
        dh = dh + dx
    g["Win"], g["bin"] = x.T @ dh, dh.sum(0)
    return g


def clip_(g, limit=1.0):
    norm = np.sqrt(sum((v ** 2).sum() for v in g.values()))
    if norm > limit:
        for v in g.values():
            v *= limit / norm
    return norm


class Adam:
    def __init__(self, p, lr, warmup, b1=0.9, b2=0.98, eps=1e-8):
        self.lr, self.warmup, self.b1, self.b2, self.eps, self.t = lr, warmup, b1, b2, eps, 0
        self.m = {k: np.zeros_like(v) for k, v in p.items()}
        self.v = {k: np.zeros_like(v) for k, v in p.items()}

    def step(self, p, g):
        self.t += 1
        lr = self.lr * min(1.0, self.t / self.warmup)
        for k in p:
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * g[k]
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * g[k] ** 2
            mh = self.m[k] / (1 - self.b1 ** self.t)
            vh = self.v[k] / (1 - self.b2 ** self.t)
            p[k] -= lr * mh / (np.sqrt(vh) + self.eps)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    n, d_in, n_cls, n_blocks = 1500, 8, 5, 3
    teacher = rng.normal(size=(d_in, 24)), rng.normal(size=(24, n_cls))
    X = rng.normal(size=(n, d_in))
    Y = (np.tanh(X @ teacher[0]) @ teacher[1]).argmax(1)
    Xtr, Ytr, Xte, Yte = X[:1200], Y[:1200], X[1200:], Y[1200:]
    p = init_params(d_in, 32, 64, n_blocks, n_cls, rng)
    opt = Adam(p, lr=2e-3, warmup=60)
    for epoch in range(20):
        tot = 0.0
        order = rng.permutation(len(Xtr))
        for i in range(0, len(order), 40):
            b = order[i:i + 40]
            logits, cache = forward(p, Xtr[b], n_blocks)
            loss, dlogits = smoothed_ce(logits, Ytr[b])
            g = backward(p, dlogits, cache, n_blocks)
            clip_(g)
            opt.step(p, g)
            tot += loss * len(b)
        if epoch % 3 == 0 or epoch == 19:
            acc = [(forward(p, a, n_blocks)[0].argmax(1) == c).mean() for a, c in ((Xtr, Ytr), (Xte, Yte))]
            print(f"epoch {epoch:2d} loss {tot / len(order):.4f} train {acc[0]:.3f} test {acc[1]:.3f}")
