# Single-head self-attention classifier: is token "a" followed (anywhere later) by token "b"?
# tokens 0..5, length 7 sequences; embeddings + positions -> attention -> mean pool -> logistic
import numpy as np

rng = np.random.default_rng(33)
VOCAB, T, D = 6, 7, 12


def make_dataset(n):
    seqs = rng.integers(0, VOCAB, (n, T))
    y = np.zeros(n)
    for k in range(n):
        if k % 3 == 0:   # otherwise positives are too rare
            i, j = sorted(rng.choice(T, 2, replace=False))
            seqs[k, i], seqs[k, j] = 0, 1
        s = list(seqs[k])
        y[k] = float(0 in s and 1 in s[s.index(0):])
    return seqs, y


def init():
    sc = 1 / np.sqrt(D)
    return {
        "emb": rng.normal(0, 0.5, (VOCAB, D)),
        "pos": rng.normal(0, 0.5, (T, D)),
        "Wq": rng.normal(0, sc, (D, D)), "Wk": rng.normal(0, sc, (D, D)), "Wv": rng.normal(0, sc, (D, D)),
        "w": rng.normal(0, sc, D), "b": np.zeros(1),
    }


def softmax_rows(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def forward(p, seq):
    X = p["emb"][seq] + p["pos"]                 # (B,T,D)
    Q, K, V = X @ p["Wq"], X @ p["Wk"], X @ p["Wv"]
    A = softmax_rows(Q @ K.transpose(0, 2, 1) / np.sqrt(D))
    H = np.tanh(A @ V)
    pooled = H.mean(axis=1)
    logit = pooled @ p["w"] + p["b"]
    return logit, (X, Q, K, V, A, H, pooled)


def loss_and_grads(p, seq, y):
    logit, (X, Q, K, V, A, H, pooled) = forward(p, seq)
    B = len(y)
    prob = 1 / (1 + np.exp(-logit))
    loss = np.mean(np.logaddexp(0, logit) - y * logit)

    g = {}
    dlogit = (prob - y) / B
    g["w"] = pooled.T @ dlogit
    g["b"] = np.array([dlogit.sum()])
    dH = np.outer(dlogit, p["w"])[:, None, :] / T
    dC = dH * (1 - H ** 2)
    dA = dC @ V.transpose(0, 2, 1)
    dV = A.transpose(0, 2, 1) @ dC
    dS = A * (dA - (dA * A).sum(axis=-1, keepdims=True))
    dS = dS / np.sqrt(D)
    dQ = dS @ K
    dK = dS.transpose(0, 2, 1) @ Q
    dX = np.zeros_like(X)
    for name, d in (("Wq", dQ), ("Wk", dK), ("Wv", dV)):
        g[name] = np.einsum("btd,bte->de", X, d)
        dX += d @ p[name].T
    g["pos"] = dX.sum(axis=0)
    g["emb"] = np.zeros_like(p["emb"])
    np.add.at(g["emb"], seq, dX)
    return loss, g


def accuracy(p, seq, y):
    return np.mean((forward(p, seq)[0] > 0) == (y > 0.5))


if __name__ == "__main__":
    seq_tr, y_tr = make_dataset(900)
    seq_te, y_te = make_dataset(300)
    p = init()
    m = {k: np.zeros_like(v) for k, v in p.items()}
    v = {k: np.zeros_like(w) for k, w in p.items()}
    t = 0
    for epoch in range(1, 31):
        order = rng.permutation(len(seq_tr))
        running = []
        for i in range(0, len(order), 50):
            bi = order[i:i + 50]
            loss, g = loss_and_grads(p, seq_tr[bi], y_tr[bi])
            running.append(loss)
            t += 1
            for k in p:
                m[k] = 0.9 * m[k] + 0.1 * g[k]
                v[k] = 0.999 * v[k] + 0.001 * g[k] ** 2
                p[k] -= 0.01 * (m[k] / (1 - 0.9 ** t)) / (np.sqrt(v[k] / (1 - 0.999 ** t)) + 1e-8)
        if epoch % 5 == 0:
            print(f"epoch {epoch:2d} loss {np.mean(running):.4f} train acc {accuracy(p, seq_tr, y_tr):.3f} test acc {accuracy(p, seq_te, y_te):.3f}")
