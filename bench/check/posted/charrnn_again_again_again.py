import numpy as np

data = "the cat sat on the mat. the dog sat on the log. " * 4
chars = sorted(set(data))
V = len(chars)
ix = {c: i for i, c in enumerate(chars)}
print('data has %d characters, %d unique.' % (len(data), V))

H = 40
T = 24
lr = 0.1
np.random.seed(1)

Wxh = np.random.randn(H, V) * 0.05
Whh = np.random.randn(H, H) * 0.05
Why = np.random.randn(V, H) * 0.05
bh = np.zeros((H, 1))
by = np.zeros((V, 1))


def lossFun(inputs, targets, hprev):
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((V, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t-1] + bh)
        y = Why @ hs[t] + by
        ps[t] = np.exp(y - y.max())
        ps[t] /= ps[t].sum()
        loss += -np.log(ps[t][targets[t], 0])

    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        draw = (1 - hs[t] * hs[t]) * dh
        dbh += draw
        dWxh += draw @ xs[t].T
        dWhh += draw @ hs[t-1].T
        dhnext = Whh.T @ draw
    for d in (dWxh, dWhh, dWhy, dbh, dby):
        np.clip(d, -5, 5, out=d)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs)-1]


def sample(h, seed_ix, n):
    x = np.zeros((V, 1))
    x[seed_ix] = 1
    out = []
    for _ in range(n):
        h = np.tanh(Wxh @ x + Whh @ h + bh)
        y = Why @ h + by
        p = np.exp(y - y.max())
        p /= p.sum()
        k = np.random.choice(V, p=p.ravel())
        x = np.zeros((V, 1))
        x[k] = 1
        out.append(k)
    return ''.join(chars[k] for k in out)


params = [Wxh, Whh, Why, bh, by]
mem = [np.zeros_like(p) for p in params]   # memory for adagrad
p, hprev = 0, np.zeros((H, 1))
smooth_loss = -np.log(1.0 / V) * T
for n in range(2501):
    if p + T + 1 > len(data):
        p, hprev = 0, np.zeros((H, 1))
    inputs = [ix[c] for c in data[p:p+T]]
    targets = [ix[c] for c in data[p+1:p+T+1]]
    loss, dWxh, dWhh, dWhy, dbh, dby, hprev = lossFun(inputs, targets, hprev)
    smooth_loss = smooth_loss * 0.99 + loss * 0.01
    for param, dparam, mm in zip(params, [dWxh, dWhh, dWhy, dbh, dby], mem):
        mm += dparam * dparam
        param += -lr * dparam / np.sqrt(mm + 1e-8)
    p += T
    if n % 500 == 0:
        print('iter %d, loss: %.4f' % (n, smooth_loss))
        print('----', sample(hprev, inputs[0], 60))
