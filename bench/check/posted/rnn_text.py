import numpy as np

# character level RNN, a mini batch of windows at a time (one column per window)

text = ("round and round the little wheel, "
        "over the hill and under the hill, "
        "the miller sleeps and the mill stands still, ") * 3
chars = sorted(set(text))
ix = {c: i for i, c in enumerate(chars)}
data = np.array([ix[c] for c in text])

V = len(chars)     # vocabulary
H = 32             # hidden units
B = 32             # windows in a batch
T = 12             # time steps
lr = 0.5
rng = np.random.default_rng(1)

Wxh = rng.normal(0, 0.1, (H, V))
Whh = rng.normal(0, 0.1, (H, H))
Why = rng.normal(0, 0.1, (V, H))
bh = np.zeros((H, 1))
by = np.zeros((V, 1))


def get_batch():
    starts = rng.integers(0, len(data) - T - 1, B)
    xs = [data[starts + t] for t in range(T)]
    ys = [data[starts + t + 1] for t in range(T)]
    return xs, ys


def onehot(idx):
    m = np.zeros((V, len(idx)))
    m[idx, np.arange(len(idx))] = 1
    return m


def step(xs, ys):
    X, Hs, Ps = {}, {-1: np.zeros((H, B))}, {}
    loss = 0
    correct = 0
    for t in range(T):
        X[t] = onehot(xs[t])
        Hs[t] = np.tanh(Wxh @ X[t] + Whh @ Hs[t - 1] + bh)
        y = Why @ Hs[t] + by
        e = np.exp(y - y.max(axis=0))
        Ps[t] = e / e.sum(axis=0)
        loss += -np.log(Ps[t][ys[t], np.arange(B)]).mean() / T
        correct += np.mean(Ps[t].argmax(axis=0) == ys[t]) / T

    # back through time
    dWxh = dWhh = dWhy = dbh = dby = 0
    dh_next = np.zeros((H, B))
    for t in reversed(range(T)):
        dy = (Ps[t] - onehot(ys[t])) / (B * T)
        dWhy = dWhy + dy @ Hs[t].T
        dby = dby + dy.sum(axis=1, keepdims=True)
        dh = Why.T @ dy + dh_next
        draw = (1 - Hs[t] ** 2) * dh
        dbh = dbh + draw.sum(axis=1, keepdims=True)
        dWxh = dWxh + draw @ X[t].T
        dWhh = dWhh + draw @ Hs[t - 1].T
        dh_next = Whh.T @ draw
    return loss, correct, (dWxh, dWhh, dWhy, dbh, dby)


def clip(g, limit=1.0):
    n = np.sqrt((g ** 2).sum())
    return g if n < limit else g * (limit / n)


smooth = np.log(V)
for it in range(2501):
    xs, ys = get_batch()
    loss, correct, grads = step(xs, ys)
    dWxh, dWhh, dWhy, dbh, dby = [clip(g) for g in grads]
    Wxh = Wxh - lr * dWxh
    Whh = Whh - lr * dWhh
    Why = Why - lr * dWhy
    bh = bh - lr * dbh
    by = by - lr * dby
    smooth = 0.98 * smooth + 0.02 * loss
    if it % 250 == 0:
        print("iter %4d   loss %.4f   next-char accuracy %.2f" % (it, smooth, correct))
