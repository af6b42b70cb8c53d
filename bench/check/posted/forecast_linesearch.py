import numpy as np

# One-step-ahead forecast of a noisy seasonal series from the last 12 values.
# Full batch gradient descent, the step is found by halving (backtracking),
# so there is no learning rate to tune. Loss = log-cosh, robust to the spikes.

WINDOW = 12
HIDDEN = 10


def series(n, rng):
    t = np.arange(n)
    s = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 7 + 1) + 0.1 * rng.standard_normal(n)
    spikes = rng.random(n) < 0.02
    s[spikes] += rng.choice([-3, 3], spikes.sum())
    return s


def windows(s):
    rows = [s[i:i + WINDOW] for i in range(len(s) - WINDOW)]
    return np.array(rows), s[WINDOW:]          # (n, 12) and (n,)


def add_ones(a):
    """bias input goes in FRONT, as column 0"""
    return np.concatenate([np.ones((len(a), 1)), a], axis=1)


def logcosh(e):
    # log(cosh(e)) without overflow
    return np.abs(e) + np.log1p(np.exp(-2 * np.abs(e))) - np.log(2)


def predict(W, X):
    H = np.tanh(add_ones(X) @ W[0])
    return add_ones(H) @ W[1], H               # (n, 1)


def loss(W, X, y):
    out, _ = predict(W, X)
    return logcosh(out - y[:, None]).mean()


def gradient(W, X, y):
    out, H = predict(W, X)
    d_out = np.tanh(out - y[:, None]) / len(y)
    g2 = add_ones(H).T @ d_out
    d_hid = (d_out @ W[1][1:].T) * (1 - H * H)
    g1 = add_ones(X).T @ d_hid
    return [g1, g2]


def descend(W, X, y, iters=400, c=1e-4):
    now = loss(W, X, y)
    for k in range(iters):
        g = gradient(W, X, y)
        gg = sum((a * a).sum() for a in g)
        step = 8.0
        while step > 1e-10:
            trial = [w - step * a for w, a in zip(W, g)]
            new = loss(trial, X, y)
            if new <= now - c * step * gg:      # Armijo
                break
            step /= 2
        else:
            print("no step found, stop at", k)
            break
        W, now = trial, new
        if k % 50 == 0 or k == iters - 1:
            print("iter %4d   step %.4f   loss %.5f" % (k, step, now))
    return W


rng = np.random.default_rng(12)
s = series(700, rng)
X, y = windows(s)
n_train = 500
Xtr, ytr, Xte, yte = X[:n_train], y[:n_train], X[n_train:], y[n_train:]

W = [rng.standard_normal((WINDOW + 1, HIDDEN)) * 0.3,
     rng.standard_normal((HIDDEN + 1, 1)) * 0.3]
W = descend(W, Xtr, ytr)

print("test log-cosh  net        %.4f" % loss(W, Xte, yte))
print("test log-cosh  last value %.4f" % logcosh(Xte[:, -1] - yte).mean())
