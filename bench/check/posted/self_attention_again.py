"""Single-head self-attention by hand.

Task: the sequence holds 8 tokens; which token type occurs most often?
Forward:  X = E[tokens] + P,  Q = X Wq, K = X Wk, V = X Wv
          A = softmax(Q K^T / sqrt(d)),  O = A V,  mean over time -> linear -> softmax
"""
import numpy as np

gen = np.random.default_rng(2024)
T, d, n_types = 8, 8, 3


def softmax_rows(S):
    S = S - S.max(axis=-1, keepdims=True)
    e = np.exp(S)
    return e / e.sum(axis=-1, keepdims=True)


def make_dataset(n):
    out = []
    while len(out) < n:
        tok = gen.integers(0, n_types, T)
        cnt = np.bincount(tok, minlength=n_types)
        if (cnt == cnt.max()).sum() == 1:
            out.append((tok, int(cnt.argmax())))
    return out


params = {
    "E": gen.normal(0, 0.5, (n_types, d)),
    "P": gen.normal(0, 0.1, (T, d)),
    "Wq": gen.normal(0, d ** -0.5, (d, d)),
    "Wk": gen.normal(0, d ** -0.5, (d, d)),
    "Wv": gen.normal(0, d ** -0.5, (d, d)),
    "Wo": gen.normal(0, d ** -0.5, (d, n_types)),
    "bo": np.zeros(n_types),
}


def forward(p, tokens):
    X = p["E"][tokens] + p["P"]
    Q, K, V = X @ p["Wq"], X @ p["Wk"], X @ p["Wv"]
    A = softmax_rows(Q @ K.T / np.sqrt(d))
    O = A @ V
    pooled = O.mean(axis=0)
    probs = softmax_rows(pooled @ p["Wo"] + p["bo"])
    return probs, (X, Q, K, V, A, pooled)


def backward(p, tokens, label, probs, cache):
    X, Q, K, V, A, pooled = cache
    g = {}
    dlogits = probs.copy()
    dlogits[label] -= 1
    g["Wo"] = np.outer(pooled, dlogits)
    g["bo"] = dlogits
    dpooled = p["Wo"] @ dlogits
    dO = np.tile(dpooled / T, (T, 1))
    dA = dO @ V.T
    dV = A.T @ dO
    # softmax jacobian, row by row
    dS = A * (dA - (dA * A).sum(axis=1, keepdims=True))
    dS /= np.sqrt(d)
    dQ = dS @ K
    dK = dS.T @ Q
    g["Wq"] = X.T @ dQ
    g["Wk"] = X.T @ dK
    g["Wv"] = X.T @ dV
    dX = dQ @ p["Wq"].T + dK @ p["Wk"].T + dV @ p["Wv"].T
    g["P"] = dX
    g["E"] = np.zeros_like(p["E"])
    np.add.at(g["E"], tokens, dX)
    return g


train, test = make_dataset(160), make_dataset(80)
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(w) for k, w in params.items()}
t = 0
for epoch in range(12):
    gen.shuffle(train)
    total = 0
    for start in range(0, len(train), 16):
        chunk = train[start:start + 16]
        acc_grad = {k: np.zeros_like(w) for k, w in params.items()}
        for tokens, label in chunk:
            probs, cache = forward(params, tokens)
            total -= np.log(probs[label])
            g = backward(params, tokens, label, probs, cache)
            for k in acc_grad:
                acc_grad[k] += g[k] / len(chunk)
        t += 1
        for k in params:
            m[k] = 0.9 * m[k] + 0.1 * acc_grad[k]
            v[k] = 0.99 * v[k] + 0.01 * acc_grad[k] ** 2
            params[k] -= 0.01 * (m[k] / (1 - 0.9 ** t)) / (np.sqrt(v[k] / (1 - 0.99 ** t)) + 1e-8)
    hits = sum(int(forward(params, tok)[0].argmax() == lab) for tok, lab in test)
    print(f"epoch {epoch:2d}: loss {total / len(train):.4f}, test accuracy {hits / len(test):.3f}")
