"""
Next-character prediction with a vanilla RNN.
I unroll T steps, loop back by hand, and use Adagrad.
"""
import numpy as np

np.random.seed(0)

text = "she sells sea shells by the sea shore. the shells she sells are sea shells. " * 6
symbols = sorted(set(text))
V = len(symbols)
to_ix = {c: i for i, c in enumerate(symbols)}

H = 40       # hidden units
T = 19       # unroll length
lr = 0.1

U = np.random.randn(H, V) * 0.05    # input -> hidden
W = np.random.randn(H, H) * 0.05    # hidden -> hidden
O = np.random.randn(V, H) * 0.05    # hidden -> output
bh = np.zeros((H, 1))
bo = np.zeros((V, 1))


def one_hot(ix):
    v = np.zeros((V, 1))
    v[ix] = 1
    return v


def step(inputs, targets, h0):
    xs, hs, ps = {}, {-1: h0}, {}
    loss = 0
    for t in range(len(inputs)):
        xs[t] = one_hot(inputs[t])
        hs[t] = np.tanh(U @ xs[t] + W @ hs[t - 1] + bh)
        o = O @ hs[t] + bo
        e = np.exp(o - o.max())
        ps[t] = e / e.sum()
        loss -= np.log(ps[t][targets[t], 0])

    dU, dW, dO = np.zeros_like(U), np.zeros_like(W), np.zeros_like(O)
    dbh, dbo = np.zeros_like(bh), np.zeros_like(bo)
    dh_next = np.zeros((H, 1))
    for t in reversed(range(len(inputs))):
        do = ps[t].copy()
        do[targets[t]] -= 1
        dO += do @ hs[t].T
        dbo += do
        dh = O.T @ do + dh_next
        dz = dh * (1 - hs[t] ** 2)
        dbh += dz
        dU += dz @ xs[t].T
        dW += dz @ hs[t - 1].T
        dh_next = W.T @ dz

    return loss, (dU, dW, dO, dbh, dbo), hs[len(inputs) - 1]


def sample(start, n):
    h = np.zeros((H, 1))
    out = start
    ix = to_ix[start]
    for _ in range(n):
        h = np.tanh(U @ one_hot(ix) + W @ h + bh)
        ix = int(np.argmax(O @ h + bo))
        out += symbols[ix]
    return out


params = (U, W, O, bh, bo)
memory = [np.zeros_like(p) for p in params]
smooth = np.log(V) * T

for epoch in range(81):
    h = np.zeros((H, 1))
    for pos in range(0, len(text) - T - 1, T):
        inputs = [to_ix[c] for c in text[pos:pos + T]]
        targets = [to_ix[c] for c in text[pos + 1:pos + T + 1]]
        loss, grads, h = step(inputs, targets, h)
        smooth = 0.95 * smooth + 0.05 * loss
        for p, g, m in zip(params, grads, memory):
            g = np.clip(g, -5, 5)
            m += g * g
            p -= lr * g / np.sqrt(m + 1e-8)
    if epoch % 10 == 0:
        print(f"epoch {epoch}  loss/char {smooth / T:.3f}  '{sample('s', 40)}'")
