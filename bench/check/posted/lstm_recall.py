# quick experiment: how well does a small LSTM hold on to the first bit of a noisy sequence?
import numpy as np

rng = np.random.RandomState(0)
T, B, D, H = 15, 32, 2, 16


def sig(a):
    return 1 / (1 + np.exp(-a))


def make_batch(n):
    # channel 0: random bits, channel 1: marker that is on for the first step only
    bits = rng.randint(0, 2, (T, n))
    x = np.zeros((T, n, D))
    x[:, :, 0] = 2 * bits - 1
    x[0, :, 1] = 1
    return x, bits[0].reshape(n, 1).astype(float)


P = {
    'Wf': rng.randn(H + D, H) * 0.2, 'bf': np.ones(H),
    'Wi': rng.randn(H + D, H) * 0.2, 'bi': np.zeros(H),
    'Wg': rng.randn(H + D, H) * 0.2, 'bg': np.zeros(H),
    'Wo': rng.randn(H + D, H) * 0.2, 'bo': np.zeros(H),
    'Wy': rng.randn(H, 1) * 0.2, 'by': np.zeros(1),
}


def forward(x):
    n = x.shape[1]
    h, c = np.zeros((n, H)), np.zeros((n, H))
    steps = []
    for t in range(len(x)):
        z = np.hstack([h, x[t]])
        f = sig(z @ P['Wf'] + P['bf'])
        i = sig(z @ P['Wi'] + P['bi'])
        g = np.tanh(z @ P['Wg'] + P['bg'])
        o = sig(z @ P['Wo'] + P['bo'])
        c_prev = c
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        steps.append((z, f, i, g, o, c_prev, c))
    p = sig(h @ P['Wy'] + P['by'])
    return p, h, steps


def bce(p, y):
    return -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))


def backward(p, y, h_last, steps):
    grads = {k: np.zeros_like(w) for k, w in P.items()}
    dlogit = (p - y) / len(y)
    grads['Wy'] += h_last.T @ dlogit
    grads['by'] += dlogit.sum(axis=0)

    dh = dlogit @ P['Wy'].T
    dc_next = np.zeros_like(dh)
    for z, f, i, g, o, c_prev, c in reversed(steps):
        tc = np.tanh(c)
        dc = dc_next + dh * o * (1 - tc ** 2)
        pre = {
            'o': dh * tc * o * (1 - o),
            'f': dc * c_prev * f * (1 - f),
            'i': dc * g * i * (1 - i),
            'g': dc * i * (1 - g ** 2),
        }
        dz = np.zeros_like(z)
        for k, da in pre.items():
            grads['W' + k] += z.T @ da
            grads['b' + k] += da.sum(axis=0)
            dz += da @ P['W' + k].T
        dh = dz[:, :H]
        dc_next = dc * f
    return grads


lr, clip = 0.8, 1.0
running = None
for it in range(1001):
    x, y = make_batch(B)
    p, h_last, steps = forward(x)
    loss = bce(p, y)
    grads = backward(p, y, h_last, steps)

    norm = np.sqrt(sum(np.sum(g * g) for g in grads.values()))
    scale = min(1.0, clip / (norm + 1e-12))
    for k in P:
        P[k] -= lr * scale * grads[k]

    running = loss if running is None else 0.95 * running + 0.05 * loss
    if it % 100 == 0:
        print('%5d  loss %.4f  |grad| %.3f' % (it, running, norm))

x, y = make_batch(1000)
p, _, _ = forward(x)
print('held-out accuracy: %.3f' % np.mean((p > 0.5) == (y > 0.5)))
