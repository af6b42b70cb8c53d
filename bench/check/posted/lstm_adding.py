# LSTM from scratch on the adding problem (sum of the two marked numbers)
import numpy as np

rng = np.random.default_rng(12)
T, D, H = 8, 2, 16

def sig(x): return 1.0 / (1.0 + np.exp(-x))

def batch(n):
    vals = rng.uniform(0, 1, (T, n))
    marks = np.zeros((T, n))
    for j in range(n):
        a, b = rng.choice(T, 2, replace=False)
        marks[a, j] = marks[b, j] = 1
    return np.stack([vals, marks], axis=2), (vals * marks).sum(0)[:, None]

# gates are stacked: [i, f, o, g]
P = {"W": rng.normal(0, 0.25, (D + H, 4 * H)), "b": np.zeros(4 * H),
     "V": rng.normal(0, 0.25, (H, 1)), "c": np.zeros(1)}
P["b"][H:2 * H] = 1.0          # forget bias

def forward(xs):
    n = xs.shape[1]
    h, c = np.zeros((n, H)), np.zeros((n, H))
    cache = []
    for x in xs:
        z = np.hstack([x, h])
        a = z @ P["W"] + P["b"]
        i, f, o = sig(a[:, :H]), sig(a[:, H:2*H]), sig(a[:, 2*H:3*H])
        g = np.tanh(a[:, 3*H:])
        c_prev = c
        c = f * c_prev + i * g
        tc = np.tanh(c)
        h = o * tc
        cache.append((z, i, f, o, g, c_prev, tc))
    return h @ P["V"] + P["c"], h, cache

def backward(dy, h_last, cache):
    G = {k: np.zeros_like(v) for k, v in P.items()}
    G["V"] = h_last.T @ dy
    G["c"] = dy.sum(0)
    dh = dy @ P["V"].T
    dc = np.zeros_like(dh)
    for z, i, f, o, g, c_prev, tc in reversed(cache):
        do = dh * tc
        dc = dc + dh * o * (1 - tc ** 2)
        di = dc * g
        df = dc * c_prev
        dg = dc * i
        da = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g ** 2)])
        G["W"] += z.T @ da
        G["b"] += da.sum(0)
        dz = da @ P["W"].T
        dh = dz[:, D:]
        dc = dc * f
    return G

m = {k: np.zeros_like(v) for k, v in P.items()}
v = {k: np.zeros_like(w) for k, w in P.items()}
lr = 0.02
running = None
for step in range(1, 501):
    X, y = batch(32)
    pred, h_last, cache = forward(X)
    err = pred - y
    loss = np.mean(err ** 2)
    grads = backward(2 * err / len(y), h_last, cache)
    for k in P:
        m[k] = 0.9 * m[k] + 0.1 * grads[k]
        v[k] = 0.99 * v[k] + 0.01 * grads[k] ** 2
        P[k] -= lr * (m[k] / (1 - 0.9 ** step)) / (np.sqrt(v[k] / (1 - 0.99 ** step)) + 1e-8)
    running = loss if running is None else 0.95 * running + 0.05 * loss
    if step % 50 == 0:
        print(f"step {step}  mse {running:.4f}   (predicting the mean gives ~0.167)")
    if step == 350:
        lr = 0.005
