"""Mixture density network (Bishop 1994) on the inverse sine problem"""
import numpy as np

prng = np.random.RandomState(1994)

# forward problem t -> x, we want x -> t  (several answers)
t = prng.uniform(-1, 1, 400)
x = t + 0.3 * np.sin(2 * np.pi * t) + prng.normal(0, 0.05, 400)
X, Y = x[:, None], t[:, None]
X_train, Y_train, X_val, Y_val = X[:300], Y[:300], X[300:], Y[300:]

M = 3          # mixture components
H = 20
W1 = prng.normal(0, 2.0, (1, H))
b1 = prng.normal(0, 1.0, H)
W2 = prng.normal(0, 0.3, (H, 3 * M))
b2 = np.zeros(3 * M)
b2[M:2 * M] = [-0.5, 0.0, 0.5]       # spread the initial means
b2[2 * M:] = -1.0


def split(out):
    """network outputs -> mixing weights, means, standard deviations"""
    a_pi, mu, a_sig = out[:, :M], out[:, M:2 * M], out[:, 2 * M:]
    e = np.exp(a_pi - a_pi.max(axis=1, keepdims=True))
    pi = e / e.sum(axis=1, keepdims=True)
    return pi, mu, np.exp(a_sig)


def joint(pi, mu, sigma, y):
    return pi * np.exp(-0.5 * ((y - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma) + 1e-300


def nll(Xs, Ys):
    out = np.tanh(Xs @ W1 + b1) @ W2 + b2
    return -np.mean(np.log(joint(*split(out), Ys).sum(axis=1)))


def backprop(Xs, Ys):
    n = len(Xs)
    hid = np.tanh(Xs @ W1 + b1)
    pi, mu, sigma = split(hid @ W2 + b2)
    phi = joint(pi, mu, sigma, Ys)
    gamma = phi / phi.sum(axis=1, keepdims=True)        # responsibilities
    d_pi = pi - gamma
    d_mu = gamma * (mu - Ys) / sigma ** 2
    d_sig = gamma * (1 - ((Ys - mu) / sigma) ** 2)
    d_out = np.concatenate([d_pi, d_mu, d_sig], axis=1) / n
    d_hid = d_out @ W2.T * (1 - hid ** 2)
    return Xs.T @ d_hid, d_hid.sum(axis=0), hid.T @ d_out, d_out.sum(axis=0)


weights = [W1, b1, W2, b2]
first = [np.zeros_like(w) for w in weights]
second = [np.zeros_like(w) for w in weights]
step_size = 0.008
val_log = []
for it in range(1, 1501):
    batch = prng.choice(300, 100, replace=False)
    grads = backprop(X_train[batch], Y_train[batch])
    for w, g, f, s in zip(weights, grads, first, second):
        f += 0.1 * (g - f)
        s += 0.001 * (g * g - s)
        w -= step_size * (f / (1 - 0.9 ** it)) / (np.sqrt(s / (1 - 0.999 ** it)) + 1e-8)
    if it % 250 == 0:
        val_log.append(nll(X_val, Y_val))
        print("iteration %4d   train NLL %7.4f   validation NLL %7.4f" % (it, nll(X_train, Y_train), val_log[-1]))

pi, mu, sigma = split(np.tanh(np.array([[0.5]]) @ W1 + b1) @ W2 + b2)
print("at x=0.5: weights", pi.round(2), "means", mu.round(2), "sigmas", sigma.round(3))
