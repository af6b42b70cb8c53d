# my first RNN!! predicts the next letter, trained on a short rhyme
# (please be kind, I come from biology)
import numpy as np

np.random.seed(0)

text = ("the rain is on the roof and the roof is on the house "
        "and the house is by the lake and the lake is in the rain . ") * 6

letters = sorted(set(text))
V = len(letters)
to_ix = {c: i for i, c in enumerate(letters)}
data = [to_ix[c] for c in text]

H = 32      # hidden size
T = 16      # unroll steps
lr = 0.01

Wx = np.random.randn(H, V) * 0.1
Wh = np.random.randn(H, H) * 0.1
Wy = np.random.randn(V, H) * 0.1
bh = np.zeros(H)
by = np.zeros(V)


def onehot(i):
    v = np.zeros(V)
    v[i] = 1
    return v


def step(xs, ys, h0):
    """forward and backward through one piece of text"""
    h = {-1: h0}
    x, p = {}, {}
    loss = 0
    for t in range(len(xs)):
        x[t] = onehot(xs[t])
        h[t] = np.tanh(Wx @ x[t] + Wh @ h[t - 1] + bh)
        s = Wy @ h[t] + by
        e = np.exp(s - s.max())
        p[t] = e / e.sum()
        loss -= np.log(p[t][ys[t]])

    dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dh_next = np.zeros(H)
    for t in reversed(range(len(xs))):
        ds = p[t].copy()
        ds[ys[t]] -= 1
        dWy += np.outer(ds, h[t])
        dby += ds
        dh = Wy.T @ ds + dh_next
        dz = (1 - h[t] ** 2) * dh
        dWx += np.outer(dz, x[t])
        dWh += np.outer(dz, h[t - 1])
        dbh += dz
        dh_next = Wh.T @ dz
    return loss / len(xs), dWx, dWh, dWy, dbh, dby, h[len(xs) - 1]


def sample(h, i, n):
    out = letters[i]
    for _ in range(n):
        h = np.tanh(Wx @ onehot(i) + Wh @ h + bh)
        s = Wy @ h + by
        i = int(np.argmax(s))
        out += letters[i]
    return out


smooth = np.log(V)
for epoch in range(60):
    h = np.zeros(H)
    for pos in range(0, len(data) - T - 1, T):
        xs = data[pos:pos + T]
        ys = data[pos + 1:pos + T + 1]
        loss, dWx, dWh, dWy, dbh, dby, h = step(xs, ys, h)
        for g in (dWx, dWh, dWy, dbh, dby):
            np.clip(g, -5, 5, out=g)
        Wx -= lr * dWx
        Wh -= lr * dWh
        Wy -= lr * dWy
        bh -= lr * dbh
        by -= lr * dby
        smooth = 0.98 * smooth + 0.02 * loss
    if epoch % 6 == 0:
        print("epoch", epoch, "loss", round(smooth, 4))
        print("   ", sample(np.zeros(H), to_ix["t"], 50))
