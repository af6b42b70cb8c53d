"""
Tiny character level RNN. Reads a nursery-ish text, learns to guess the next letter.
usage: python charrnn.py
"""
import numpy as np

text = ("the brown hen sat on the red barn. the red hen ran to the old barn. "
        "an old man sat in the barn and the hen ran. ") * 12
alphabet = sorted(set(text))
V = len(alphabet)
ch2i = {c: i for i, c in enumerate(alphabet)}
i2ch = {i: c for i, c in enumerate(alphabet)}
print('text has %d characters, %d different ones' % (len(text), V))

np.random.seed(42)
H = 48          # hidden units
T = 20          # unroll this many steps
lr = 0.1

Wxh = np.random.randn(H, V) * 0.05
Whh = np.random.randn(H, H) * 0.05
Why = np.random.randn(V, H) * 0.05
bh = np.zeros((H, 1))
by = np.zeros((V, 1))


def one_hot(i):
    v = np.zeros((V, 1))
    v[i] = 1
    return v


def loss_and_grads(inputs, targets, hprev):
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = one_hot(inputs[t])
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        y = Why @ hs[t] + by
        e = np.exp(y - y.max())
        ps[t] = e / e.sum()
        loss -= np.log(ps[t][targets[t], 0])

    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(bh)
    for t in range(len(inputs) - 1, -1, -1):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        draw = (1 - hs[t] * hs[t]) * dh
        dbh += draw
        dWxh += draw @ xs[t].T
        dWhh += draw @ hs[t - 1].T
        dhnext = Whh.T @ draw
    for d in (dWxh, dWhh, dWhy, dbh, dby):
        np.clip(d, -5, 5, out=d)
    return loss, (dWxh, dWhh, dWhy, dbh, dby), hs[len(inputs) - 1]


def sample(h, seed, n):
    x = one_hot(seed)
    out = i2ch[seed]
    for _ in range(n):
        h = np.tanh(Wxh @ x + Whh @ h + bh)
        y = Why @ h + by
        p = np.exp(y - y.max())
        p /= p.sum()
        i = np.random.choice(V, p=p.ravel())
        x = one_hot(i)
        out += i2ch[i]
    return out


params = [Wxh, Whh, Why, bh, by]
memory = [np.zeros_like(p) for p in params]      # adagrad
smooth = -np.log(1.0 / V) * T
pos, h = 0, np.zeros((H, 1))

for step in range(3001):
    if pos + T + 1 >= len(text):
        pos = 0
        h = np.zeros((H, 1))
    inputs = [ch2i[c] for c in text[pos:pos + T]]
    targets = [ch2i[c] for c in text[pos + 1:pos + T + 1]]

    if step % 500 == 0:
        print('--- step', step, ' loss per char %.4f' % (smooth / T))
        print(sample(h, inputs[0], 80))

    loss, grads, h = loss_and_grads(inputs, targets, h)
    smooth = 0.99 * smooth + 0.01 * loss
    for p, g, mem in zip(params, grads, memory):
        mem += g * g
        p -= lr * g / np.sqrt(mem + 1e-8)
    pos += T
