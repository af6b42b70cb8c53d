import numpy as np

# LSTM over a batch of short sequences; all four gates in one matrix, columns in the order i, f, o, g
B, T, D, H = 8, 6, 2, 5
rs = np.random.RandomState(123)
xs = rs.uniform(-1, 1, (T, B, D))
ts = np.cumsum(xs[:, :, :1], axis=0) * 0.5          # running sum, asked for at each time step

W = rs.randn(D + H, 4 * H) / np.sqrt(D + H)
b = np.zeros(4 * H)
b[H:2 * H] = 1
V = rs.randn(H, 1) * 0.4
c = np.zeros(1)
eta = 0.5


def sigma(a):
    return 1 / (1 + np.exp(-a))


for it in range(60):
    hs, C, gates, preds = [np.zeros((B, H))], [np.zeros((B, H))], [], []
    for t in range(T):
        a = np.hstack([xs[t], hs[t]]) @ W + b
        i, f, o = sigma(a[:, :H]), sigma(a[:, H:2 * H]), sigma(a[:, 2 * H:3 * H])
        g = np.tanh(a[:, 3 * H:])
        C.append(f * C[t] + i * g)
        hs.append(o * np.tanh(C[t + 1]))
        gates.append((i, f, o, g))
        preds.append(hs[t + 1] @ V + c)
    loss = sum(np.sum((p - y) ** 2) for p, y in zip(preds, ts)) / (T * B)

    dW, db, dV, dc = np.zeros_like(W), np.zeros_like(b), np.zeros_like(V), np.zeros_like(c)
    dh_later = np.zeros((B, H))
    dC_later = np.zeros((B, H))
    for t in reversed(range(T)):
        i, f, o, g = gates[t]
        dy = 2 * (preds[t] - ts[t]) / (T * B)
        dV += hs[t + 1].T @ dy
        dc += dy.sum(axis=0)
        dh = dy @ V.T + dh_later
        tc = np.tanh(C[t + 1])
        dct = dC_later + dh * o * (1 - tc ** 2)
        do = dh * tc * o * (1 - o)
        df = dct * C[t] * f * (1 - f)
        di = dct * g * i * (1 - i)
        dg = dct * i * (1 - g ** 2)
        da = np.hstack([di, df, do, dg])
        dW += np.hstack([xs[t], hs[t]]).T @ da
        db += da.sum(axis=0)
        dh_later = (da @ W.T)[:, D:]
        dC_later = dct * f
    for p, dp in ((W, dW), (b, db), (V, dV), (c, dc)):
        p -= eta * dp
    if it % 15 == 0:
        print(it, loss)
