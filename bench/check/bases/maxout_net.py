import numpy as np

r = np.random.default_rng(5150)
n, d, h_units, pieces, k = 54, 4, 6, 3, 3
x = r.normal(size=(n, d))
t = (x[:, 0] > 0).astype(int) + (x[:, 1] * x[:, 2] > 0).astype(int)
A = r.normal(scale=0.5, size=(pieces, d, h_units))
a = r.normal(scale=0.1, size=(pieces, h_units))
B = r.normal(scale=0.5, size=(h_units, k))
b = np.zeros(k)
lr, wd = 0.3, 1e-3

for it in range(150):
    # each hidden unit is the largest of three linear pieces
    z = np.stack([x @ A[q] + a[q] for q in range(pieces)])
    winner = z.argmax(axis=0)
    h = z.max(axis=0)
    s = h @ B + b
    s = s - s.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(n), t].mean() + 0.5 * wd * ((A * A).sum() + (B * B).sum())

    gs = np.exp(logp)
    gs[np.arange(n), t] -= 1
    gs /= n
    gB = h.T @ gs + wd * B
    gb = gs.sum(axis=0)
    gh = gs @ B.T
    gA, ga = np.zeros_like(A), np.zeros_like(a)
    for q in range(pieces):
        gz = gh * (winner == q)
        gA[q] = x.T @ gz + wd * A[q]
        ga[q] = gz.sum(axis=0)
    A -= lr * gA
    a -= lr * ga
    B -= lr * gB
    b -= lr * gb
    if it % 30 == 0:
        print(it, loss, (s.argmax(1) == t).mean())
