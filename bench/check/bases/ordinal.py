import numpy as np
from math import inf

# Ordinal regression: 1 to 4 stars. P(y <= k) = sigmoid(cut_k - score(x)), the score comes from a small network.
rng = np.random.default_rng(45)
n, k = 50, 4
X = rng.normal(size=(n, 3))
latent = X[:, 0] + np.tanh(2 * X[:, 1]) * X[:, 2] + 0.3 * rng.normal(size=n)
stars = np.searchsorted([-1.0, 0.0, 1.0], latent)          # 0 .. 3

W = rng.normal(scale=0.5, size=(3, 6))
b = np.zeros(6)
u = rng.normal(scale=0.5, size=6)
cuts = np.array([-1.2, 0.1, 0.9])
lr = 0.3


def cdf(t):
    return 1 / (1 + np.exp(-t))


for it in range(300):
    z = X @ W + b
    h = np.tanh(z)
    score = h @ u
    edges = np.concatenate([[-inf], cuts, [inf]])
    with np.errstate(over="ignore"):
        upper = cdf(edges[stars + 1] - score)
        lower = cdf(edges[stars] - score)
    prob = upper - lower
    nll = -np.mean(np.log(prob))

    # d(nll)/d(upper edge) and d(nll)/d(lower edge), zero at the infinite ones
    g_up = -upper * (1 - upper) / prob / n
    g_low = lower * (1 - lower) / prob / n
    d_score = -(g_up + g_low)
    d_cuts = np.zeros(k - 1)
    for j in range(k - 1):
        d_cuts[j] = g_up[stars == j].sum() + g_low[stars == j + 1].sum()
    d_u = h.T @ d_score
    d_h = np.outer(d_score, u)
    d_z = d_h * (1 - h ** 2)
    d_W = X.T @ d_z
    d_b = d_z.sum(axis=0)

    W -= lr * d_W
    b -= lr * d_b
    u -= lr * d_u
    cuts -= lr * d_cuts
    if it % 60 == 0:
        guess = np.searchsorted(cuts, score)
        print(it, "nll", nll, "exactly right", np.mean(guess == stars))
