"""
Single attention head trained on a key lookup task, manual backward.

Sequence of T (key, value) tokens and one query token holding a key:
the net must answer with the value class stored next to that key.
Shapes: B batch, T tokens, d model, h head size.
"""
import numpy as np

rng = np.random.default_rng(2)
N_KEYS, N_VALS, T, H = 8, 5, 6, 16
D = N_KEYS + N_VALS


def make_batch(B):
    keys = np.argsort(rng.random((B, N_KEYS)), axis=1)[:, :T]
    vals = rng.integers(0, N_VALS, (B, T))
    pick = rng.integers(0, T, B)
    X = np.concatenate([np.eye(N_KEYS)[keys], np.eye(N_VALS)[vals]], axis=2)
    q = np.eye(N_KEYS)[keys[np.arange(B), pick]]
    return X, q, vals[np.arange(B), pick]


class Head:
    def __init__(self):
        g = lambda a, b: rng.standard_normal((a, b)) / np.sqrt(a)
        self.P = {"Wq": g(N_KEYS, H), "Wk": g(D, H), "Wv": g(D, H), "Wo": g(H, N_VALS), "bo": np.zeros(N_VALS)}

    def forward(self, X, q):
        P = self.P
        Q = q @ P["Wq"]                                   # B,h
        K = X @ P["Wk"]                                   # B,T,h
        V = X @ P["Wv"]                                   # B,T,h
        S = np.einsum("bh,bth->bt", Q, K) / np.sqrt(H)
        S = S - S.max(axis=1, keepdims=True)
        A = np.exp(S)
        A = A / A.sum(axis=1, keepdims=True)              # B,T
        C = np.einsum("bt,bth->bh", A, V)                 # B,h
        logits = C @ P["Wo"] + P["bo"]
        self.saved = (X, q, Q, K, V, A, C)
        return logits

    def backward(self, dlogits):
        X, q, Q, K, V, A, C = self.saved
        P = self.P
        G = {"Wo": C.T @ dlogits, "bo": dlogits.sum(0)}
        dC = dlogits @ P["Wo"].T
        dA = np.einsum("bh,bth->bt", dC, V)
        dV = A[:, :, None] * dC[:, None, :]
        # softmax jacobian, row by row
        dS = A * (dA - (dA * A).sum(axis=1, keepdims=True))
        dS = dS / np.sqrt(H)
        dQ = np.einsum("bt,bth->bh", dS, K)
        dK = dS[:, :, None] * Q[:, None, :]
        G["Wq"] = q.T @ dQ
        G["Wk"] = np.einsum("btd,bth->dh", X, dK)
        G["Wv"] = np.einsum("btd,bth->dh", X, dV)
        return G


def cross_entropy(logits, y):
    z = logits - logits.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    n = len(y)
    d = np.exp(logp)
    d[np.arange(n), y] -= 1
    return -logp[np.arange(n), y].mean(), d / n


def adamw(P, G, state, lr, wd=1e-4, b1=0.9, b2=0.99):
    state["t"] += 1
    t = state["t"]
    for k in P:
        state["m"][k] = b1 * state["m"][k] + (1 - b1) * G[k]
        state["v"][k] = b2 * state["v"][k] + (1 - b2) * G[k] * G[k]
        m_hat = state["m"][k] / (1 - b1 ** t)
        v_hat = state["v"][k] / (1 - b2 ** t)
        P[k] -= lr * (m_hat / (np.sqrt(v_hat) + 1e-8) + wd * P[k])


def lr_at(step, warm=50, peak=0.01, total=1000):
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (1 - (step - warm) / (total - warm)) + 1e-4


if __name__ == "__main__":
    net = Head()
    state = {"t": 0,
             "m": {k: np.zeros_like(v) for k, v in net.P.items()},
             "v": {k: np.zeros_like(v) for k, v in net.P.items()}}
    Xv, qv, yv = make_batch(1000)
    for step in range(1000):
        X, q, y = make_batch(64)
        loss, dlogits = cross_entropy(net.forward(X, q), y)
        adamw(net.P, net.backward(dlogits), state, lr_at(step))
        if step % 200 == 0 or step == 999:
            out = net.forward(Xv, qv)
            print("step %4d  train %.4f  val %.4f  val acc %.3f" %
                  (step, loss, cross_entropy(out, yv)[0], (out.argmax(1) == yv).mean()))
