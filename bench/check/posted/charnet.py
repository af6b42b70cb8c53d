import numpy as np

np.random.seed(1)

text = ("she sells sea shells by the sea shore. the shells she sells are sea shells for sure. "
        "so if she sells shells by the sea shore, the shells are sea shore shells. ")
chars = sorted(set(text))
V = len(chars)
to_ix = {c: i for i, c in enumerate(chars)}
ids = [to_ix[c] for c in text]

H = 40          # hidden units
T = 20          # unroll length
lr = 0.08

Wx = np.random.randn(V, H) * 0.1
Wh = np.random.randn(H, H) * 0.1
Wy = np.random.randn(H, V) * 0.1
bh = np.zeros(H)
by = np.zeros(V)


def run(inputs, targets, h0):
    """forward and backward through one chunk of text. returns loss, grads, last hidden state"""
    hs, ps = {-1: h0}, {}
    loss = 0
    for t in range(len(inputs)):
        hs[t] = np.tanh(Wx[inputs[t]] + hs[t - 1] @ Wh + bh)
        y = hs[t] @ Wy + by
        e = np.exp(y - y.max())
        ps[t] = e / e.sum()
        loss -= np.log(ps[t][targets[t]])

    dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dh_next = np.zeros(H)
    for t in range(len(inputs) - 1, -1, -1):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWy += np.outer(hs[t], dy)
        dby += dy
        dh = Wy @ dy + dh_next
        dz = dh * (1 - hs[t] ** 2)
        dbh += dz
        dWx[inputs[t]] += dz
        dWh += np.outer(hs[t - 1], dz)
        dh_next = Wh @ dz
    grads = [dWx, dWh, dWy, dbh, dby]
    for g in grads:
        np.clip(g, -5, 5, out=g)
    return loss, grads, hs[len(inputs) - 1]


def sample(first, n):
    h = np.zeros(H)
    ix = to_ix[first]
    out = first
    for _ in range(n):
        h = np.tanh(Wx[ix] + h @ Wh + bh)
        y = h @ Wy + by
        p = np.exp(y - y.max())
        p /= p.sum()
        ix = np.random.choice(V, p=p)
        out += chars[ix]
    return out


params = [Wx, Wh, Wy, bh, by]
cache = [np.zeros_like(p) for p in params]     # adagrad
h = np.zeros(H)
pos = 0
smooth = np.log(V) * T

for it in range(2001):
    if pos + T + 1 > len(ids):
        pos = 0
        h = np.zeros(H)
    x, y = ids[pos:pos + T], ids[pos + 1:pos + T + 1]
    loss, grads, h = run(x, y, h)
    smooth = 0.98 * smooth + 0.02 * loss
    for p, g, c in zip(params, grads, cache):
        c += g * g
        p -= lr * g / np.sqrt(c + 1e-8)
    pos += T
    if it % 400 == 0:
        print('--- iter', it, 'loss', round(smooth, 3))
        print(sample('s', 80))
