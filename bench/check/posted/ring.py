# the whole net in a handful of lines: the bias is just one more column of ones
import numpy as np

np.random.seed(3)
n, lr, steps = 400, 1.0, 3000
sizes = [2, 12, 8, 1]

X = np.random.uniform(-1.5, 1.5, (n, 2))
rad = np.hypot(*X.T)
y = ((rad > 0.6) & (rad < 1.2)).astype(float)[:, None]     # 1 inside the ring

ones = lambda a: np.c_[a, np.ones(len(a))]
sig = lambda z: 1 / (1 + np.exp(-z))

# one matrix per layer, last row = bias
Ws = [np.random.randn(i + 1, o) * (1 / i) ** .5 for i, o in zip(sizes, sizes[1:])]


def fwd(x, Ws):
    acts = [ones(x)]
    for W in Ws[:-1]:
        acts.append(ones(np.tanh(acts[-1] @ W)))
    return acts, sig(acts[-1] @ Ws[-1])


def bwd(acts, p, y, Ws):
    d = (p - y) / len(y)                       # BCE + sigmoid
    grads = [acts[-1].T @ d]
    for a_in, a_out, W in zip(acts[-2::-1], acts[:0:-1], Ws[:0:-1]):
        d = (d @ W.T * (1 - a_out ** 2))[:, :-1]     # no delta for the ones
        grads.append(a_in.T @ d)
    return grads[::-1]


for s in range(steps + 1):
    acts, p = fwd(X, Ws)
    if s % 300 == 0:
        bce = -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))
        print(s, 'bce', bce.round(4), 'acc', ((p > .5) == y).mean())
    Ws = [W - lr * g for W, g in zip(Ws, bwd(acts, p, y, Ws))]

grid = np.linspace(-1.5, 1.5, 25)
pts = np.array([(u, v) for v in grid for u in grid])
pic = fwd(pts, Ws)[1][:, 0].reshape(25, 25)
print('\n'.join(''.join('#' if q > .5 else '.' for q in row) for row in pic))
