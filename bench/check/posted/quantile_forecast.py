# Predicting the 10%, 50% and 90% quantiles of a noisy signal
# one hidden softplus layer, pinball ("quantile") loss, AdaGrad
import numpy as np

rng = np.random.default_rng(31)

softplus = lambda z: np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)
logistic = lambda z: 1 / (1 + np.exp(-z))

x = np.sort(rng.uniform(-2, 2, 300))[:, None]
y = np.sin(2 * x) + (0.1 + 0.25 * np.abs(x)) * rng.standard_normal(x.shape)
taus = np.array([[0.1, 0.5, 0.9]])

theta = {
    'alpha': rng.normal(0, 2.0, (1, 20)),
    'beta': rng.uniform(-2, 2, (1, 20)),
    'gamma': rng.normal(0, 0.2, (20, 3)),
    'delta': np.zeros((1, 3)),
}
accum = {k: np.zeros_like(v) for k, v in theta.items()}


def predict(x):
    z = x @ theta['alpha'] + theta['beta']
    h = softplus(z)
    return z, h, h @ theta['gamma'] + theta['delta']


def pinball(q, y):
    u = y - q
    return np.mean(np.sum(np.maximum(taus * u, (taus - 1) * u), axis=1))


def gradient(x, y):
    z, h, q = predict(x)
    dq = np.where(y > q, -taus, 1 - taus) / len(y)
    dz = (dq @ theta['gamma'].T) * logistic(z)
    return {
        'alpha': x.T @ dz,
        'beta': dz.sum(axis=0, keepdims=True),
        'gamma': h.T @ dq,
        'delta': dq.sum(axis=0, keepdims=True),
    }


eta = 0.15
losses = []
for step in range(2000):
    g = gradient(x, y)
    for k in theta:
        accum[k] += g[k] ** 2
        theta[k] -= eta * g[k] / (np.sqrt(accum[k]) + 1e-8)
    if step % 250 == 0:
        losses.append(pinball(predict(x)[2], y))
        print(f'{step:5d}  pinball loss = {losses[-1]:.5f}')

q = predict(x)[2]
print('share of points below each curve:', (y < q).mean(axis=0).round(3))

# import matplotlib.pyplot as plt
# plt.plot(x, y, '.', x, q); plt.show()
