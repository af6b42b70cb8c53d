"""Robust regression: Huber loss, because the sensor sometimes goes crazy."""
import numpy as np

rng = np.random.default_rng(2718)

# temperature over the day, with some broken readings
hours = np.sort(rng.uniform(0, 24, 160))
temp = 15 + 6 * np.sin((hours - 9) / 24 * 2 * np.pi) + 0.3 * rng.standard_normal(160)
broken = rng.choice(160, 12, replace=False)
temp[broken] += rng.uniform(15, 30, 12)

x = ((hours - 12) / 6)[:, None]
y = ((temp - np.median(temp)) / 5)[:, None]

relu6 = lambda z: np.minimum(np.maximum(z, 0), 6)
d_relu6 = lambda z: ((z > 0) & (z < 6)) * 1.0
huber = lambda r, d: np.where(np.abs(r) <= d, 0.5 * r ** 2, d * (np.abs(r) - 0.5 * d))
d_huber = lambda r, d: np.where(np.abs(r) <= d, r, d * np.sign(r))

DELTA = 0.5
theta = {
    'W1': rng.normal(size=(1, 32)), 'b1': rng.normal(size=32),
    'W2': rng.normal(size=(32, 1)) * 0.2, 'b2': np.zeros(1),
}


def predict(x):
    z = x @ theta['W1'] + theta['b1']
    h = relu6(z)
    return z, h, h @ theta['W2'] + theta['b2']


def minibatches(bs):
    while True:
        perm = rng.permutation(len(x))
        for s in range(0, len(perm) - bs + 1, bs):
            yield x[perm[s:s + bs]], y[perm[s:s + bs]]


velocity = {k: np.zeros_like(v) for k, v in theta.items()}
lr, mom = 0.01, 0.9
stream = minibatches(40)
for it in range(3001):
    xb, yb = next(stream)
    z, h, out = predict(xb)
    r = out - yb
    g_out = d_huber(r, DELTA) / len(xb)
    g_z = g_out @ theta['W2'].T * d_relu6(z)
    grad = {
        'W2': h.T @ g_out, 'b2': g_out.sum(0),
        'W1': xb.T @ g_z, 'b1': g_z.sum(0),
    }
    # global norm clipping at 1
    norm = np.sqrt(sum((g ** 2).sum() for g in grad.values()))
    factor = min(1.0, 1.0 / (norm + 1e-12))
    for k in theta:
        velocity[k] = mom * velocity[k] - lr * factor * grad[k]
        theta[k] += velocity[k]
    if it % 500 == 0:
        full = huber(predict(x)[2] - y, DELTA).mean()
        print(it, 'huber = %.5f' % full, 'grad norm = %.3f' % norm)

ok = np.setdiff1d(np.arange(160), broken)
print('rmse on healthy readings (deg):', 5 * np.sqrt(np.mean((predict(x)[2] - y)[ok] ** 2)))
