"""
Heteroscedastic regression: the net returns mean and log-variance, trained by
Gaussian negative log-likelihood. All parameters live in one flat vector theta;
the optimiser is iRprop- (Igel & Huesken), full batch.

Posted as a minimal example for my question about the variance collapsing.
"""
import numpy as np

rs = np.random.RandomState(2024)

# ---- data: noise grows with x
n = 250
x = np.sort(rs.uniform(-2, 2, n))[:, None]
true_sd = 0.05 + 0.25 * (x + 2) / 4 * 2
y = np.sin(2 * x) + true_sd * rs.randn(n, 1)

# ---- layout of theta:  W1 (1,H) | b1 (H) | W2 (H,2) | b2 (2)
H = 12
sizes = [1 * H, H, H * 2, 2]
cuts = np.cumsum([0] + sizes)
P = cuts[-1]


def unpack(v):
    W1 = v[cuts[0]:cuts[1]].reshape(1, H)
    b1 = v[cuts[1]:cuts[2]]
    W2 = v[cuts[2]:cuts[3]].reshape(H, 2)
    b2 = v[cuts[3]:cuts[4]]
    return W1, b1, W2, b2


def net(theta, x):
    W1, b1, W2, b2 = unpack(theta)
    h = np.tanh(x @ W1 + b1)
    out = h @ W2 + b2
    return h, out[:, :1], out[:, 1:]          # hidden, mu, log sigma^2


def nll(theta, x, y):
    _, mu, lv = net(theta, x)
    return np.mean(0.5 * (lv + (y - mu) ** 2 * np.exp(-lv)))


def nll_grad(theta, x, y, G):
    """writes the gradient into the buffer G (same layout as theta), returns nll"""
    W1, b1, W2, b2 = unpack(theta)
    gW1, gb1, gW2, gb2 = unpack(G)            # views into G
    h, mu, lv = net(theta, x)
    m = len(x)
    r = y - mu
    prec = np.exp(-lv)
    d_mu = -r * prec / m
    d_lv = 0.5 * (1.0 - r ** 2 * prec) / m
    d_out = np.hstack([d_mu, d_lv])
    gW2[:] = h.T @ d_out
    gb2[:] = d_out.sum(0)
    d_h = (d_out @ W2.T) * (1.0 - h * h)
    gW1[:] = x.T @ d_h
    gb1[:] = d_h.sum(0)
    return np.mean(0.5 * (lv + r ** 2 * prec))


def rprop(theta, x, y, iters, up=1.2, down=0.5, d_min=1e-7, d_max=0.5):
    step = np.full(P, 0.01)
    G = np.zeros(P)
    prev = np.zeros(P)
    for it in range(iters):
        f = nll_grad(theta, x, y, G)
        s = G * prev
        step[s > 0] = np.minimum(step[s > 0] * up, d_max)
        step[s < 0] = np.maximum(step[s < 0] * down, d_min)
        G[s < 0] = 0.0                        # iRprop-: no step after a sign change
        theta -= np.sign(G) * step
        prev = G.copy()
        if it % 50 == 0:
            print("iter %4d   nll %9.5f" % (it, f))
    return theta


theta = rs.randn(P) * 0.5
theta = rprop(theta, x, y, 400)
print("final nll  %.5f" % nll(theta, x, y))
_, mu, lv = net(theta, x)
for i in range(0, n, 50):
    print("x=%5.2f  mu=%6.3f (%.3f)   sd=%.3f (%.3f)" % (
        x[i, 0], mu[i, 0], np.sin(2 * x[i, 0]), np.exp(0.5 * lv[i, 0]), true_sd[i, 0]))
