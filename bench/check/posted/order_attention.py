"""
Single-head self attention by hand.
Task: in a random string over "abcdef" that has one 'x' and one 'y',
does the x come before the y?
"""
import numpy as np

rnd = np.random.RandomState(4)
VOCAB = "abcdefxy"
L, D, V = 7, 12, len(VOCAB)


def sample(n):
    seqs = rnd.randint(0, 6, size=(n, L))
    labels = np.zeros(n)
    for i in range(n):
        px, py = rnd.choice(L, 2, replace=False)
        seqs[i, px], seqs[i, py] = 6, 7
        labels[i] = px < py
    return seqs, labels


def init(*shape):
    return rnd.randn(*shape) / np.sqrt(shape[0])


E = rnd.randn(V, D) * 0.5        # token embedding
Pos = rnd.randn(L, D) * 0.5      # learned positions
Wq, Wk, Wv = init(D, D), init(D, D), init(D, D)
w_out, b_out = init(D), np.zeros(1)


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def forward(ids):
    x = E[ids] + Pos                                   # (B, L, D)
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    att = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(D))   # (B, L, L)
    ctx = att @ v
    y = x + ctx                                        # residual
    h = np.maximum(y, 0)
    pooled = h.mean(axis=1)                            # (B, D)
    prob = 1 / (1 + np.exp(-(pooled @ w_out + b_out)))
    return prob, (ids, x, q, k, v, att, y, pooled)


def backward(prob, t, saved):
    ids, x, q, k, v, att, y, pooled = saved
    B = len(t)
    dlogit = (prob - t) / B                            # (B,)
    g_w_out = pooled.T @ dlogit
    g_b_out = np.array([dlogit.sum()])

    dpooled = dlogit[:, None] * w_out                  # (B, D)
    dh = np.repeat(dpooled[:, None, :], L, axis=1) / L
    dy = dh * (y > 0)

    datt = dy @ v.transpose(0, 2, 1)
    dv = att.transpose(0, 2, 1) @ dy
    dscore = att * (datt - (datt * att).sum(axis=-1, keepdims=True))
    dscore = dscore / np.sqrt(D)
    dq = dscore @ k
    dk = dscore.transpose(0, 2, 1) @ q

    gWq = np.einsum("bld,ble->de", x, dq)
    gWk = np.einsum("bld,ble->de", x, dk)
    gWv = np.einsum("bld,ble->de", x, dv)

    dx = dy + dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
    gPos = dx.sum(axis=0)
    gE = np.zeros_like(E)
    np.add.at(gE, ids, dx)
    return [gE, gPos, gWq, gWk, gWv, g_w_out, g_b_out]


params = [E, Pos, Wq, Wk, Wv, w_out, b_out]
m1 = [np.zeros_like(p) for p in params]
m2 = [np.zeros_like(p) for p in params]

test_ids, test_t = sample(500)
running = np.log(2)
for step in range(1, 1501):
    ids, t = sample(32)
    prob, saved = forward(ids)
    bce = -np.mean(t * np.log(prob + 1e-9) + (1 - t) * np.log(1 - prob + 1e-9))
    running = 0.98 * running + 0.02 * bce
    for p, g, a, b in zip(params, backward(prob, t, saved), m1, m2):
        a += 0.1 * (g - a)
        b += 0.001 * (g * g - b)
        p -= 0.003 * (a / (1 - 0.9 ** step)) / (np.sqrt(b / (1 - 0.999 ** step)) + 1e-8)
    if step % 150 == 0:
        acc = ((forward(test_ids)[0] > 0.5) == (test_t > 0.5)).mean()
        print("step %4d  loss %.4f  test acc %.3f" % (step, running, acc))
