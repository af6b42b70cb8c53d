import numpy as np

prng = np.random.RandomState(1312)
n, dx, dh, dz = 30, 8, 7, 2
codes = prng.randn(n, dz)
x = (codes @ prng.randn(dz, dx) * 1.5 > prng.randn(n, dx) * 0.3).astype(float)

theta = {
    'We': prng.randn(dx, dh) * 0.3, 'be': np.zeros(dh),
    'Wm': prng.randn(dh, dz) * 0.3, 'bm': np.zeros(dz),
    'Ws': prng.randn(dh, dz) * 0.1, 'bs': np.zeros(dz),
    'Wd': prng.randn(dz, dh) * 0.3, 'bd': np.zeros(dh),
    'Wx': prng.randn(dh, dx) * 0.3, 'bx': np.zeros(dx),
}
lr = 0.2


def step(x, noise):
    # encoder: mean and log-variance of the code
    h = np.tanh(x @ theta['We'] + theta['be'])
    mu = h @ theta['Wm'] + theta['bm']
    logs2 = h @ theta['Ws'] + theta['bs']
    z = mu + np.exp(0.5 * logs2) * noise
    # decoder
    a = np.tanh(z @ theta['Wd'] + theta['bd'])
    p = 1 / (1 + np.exp(-(a @ theta['Wx'] + theta['bx'])))
    rec = -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p))
    kl = -0.5 * np.sum(1 + logs2 - mu ** 2 - np.exp(logs2))
    neg_elbo = (rec + kl) / len(x)

    g = {}
    d_out = (p - x) / len(x)
    g['Wx'], g['bx'] = a.T @ d_out, d_out.sum(axis=0)
    d_a = d_out @ theta['Wx'].T * (1 - a ** 2)
    g['Wd'], g['bd'] = z.T @ d_a, d_a.sum(axis=0)
    d_z = d_a @ theta['Wd'].T
    d_mu = d_z + mu / len(x)
    d_logs2 = d_z * noise * 0.5 * np.exp(0.5 * logs2) + 0.5 * (np.exp(logs2) - 1) / len(x)
    g['Wm'], g['bm'] = h.T @ d_mu, d_mu.sum(axis=0)
    g['Ws'], g['bs'] = h.T @ d_logs2, d_logs2.sum(axis=0)
    d_h = (d_mu @ theta['Wm'].T + d_logs2 @ theta['Ws'].T) * (1 - h ** 2)
    g['We'], g['be'] = x.T @ d_h, d_h.sum(axis=0)
    for k in theta:
        theta[k] -= lr * g[k]
    return neg_elbo


for epoch in range(150):
    neg_elbo = step(x, prng.randn(n, dz))
    if epoch % 30 == 0:
        print("epoch", epoch, "negative elbo", round(neg_elbo, 4))
