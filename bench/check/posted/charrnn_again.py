# tiny vanilla RNN that should learn to spell one sentence, character by character
import numpy as np
np.random.seed(1)

text = "she sells sea shells by the sea shore. "
chars = sorted(set(text))
V = len(chars)
ix = {c: i for i, c in enumerate(chars)}
data = [ix[c] for c in text]

H = 40
lr = 0.05

Wxh = np.random.randn(H, V) * 0.1
Whh = np.random.randn(H, H) * 0.1
Why = np.random.randn(V, H) * 0.1
bh = np.zeros((H, 1))
by = np.zeros((V, 1))


def onehot(i):
    x = np.zeros((V, 1))
    x[i] = 1
    return x


def lossgrad(inputs, targets):
    xs, ps = [], []
    h = np.zeros((H, 1))
    hs = [h]          # hs[t] is the state BEFORE step t, hs[t+1] after it
    loss = 0
    for i, tgt in zip(inputs, targets):
        x = onehot(i)
        h = np.tanh(Wxh @ x + Whh @ h + bh)
        z = Why @ h + by
        p = np.exp(z - z.max())
        p = p / p.sum()
        loss += -np.log(p[tgt, 0])
        xs.append(x)
        hs.append(h)
        ps.append(p)

    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros((H, 1))
    for t in range(len(inputs) - 1, -1, -1):
        dz = ps[t].copy()
        dz[targets[t]] -= 1
        dWhy += dz @ hs[t + 1].T
        dby += dz
        dh = Why.T @ dz + dhnext
        da = dh * (1 - hs[t + 1] ** 2)
        dWxh += da @ xs[t].T
        dWhh += da @ hs[t].T
        dbh += da
        dhnext = Whh.T @ da
    return loss, (dWxh, dWhh, dWhy, dbh, dby)


def speak(first, n):
    h = np.zeros((H, 1))
    i = ix[first]
    out = first
    for _ in range(n):
        h = np.tanh(Wxh @ onehot(i) + Whh @ h + bh)
        i = int(np.argmax(Why @ h + by))
        out += chars[i]
    return out


inputs, targets = data[:-1], data[1:]
for it in range(1501):
    loss, grads = lossgrad(inputs, targets)
    # rescale when the gradient is too long
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    scale = min(1.0, 5.0 / norm)
    for param, g in zip((Wxh, Whh, Why, bh, by), grads):
        param -= lr * scale * g
    if it % 150 == 0:
        print("%4d  loss per char %.4f   %s" % (it, loss / len(inputs), speak("s", 37)))
