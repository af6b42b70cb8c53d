# does batch norm help? 2 layer net on noisy 6x6 digit patterns
import numpy as np
rng = np.random.RandomState(6)

K, SIDE = 4, 6
proto = rng.randint(0, 2, size=(K, SIDE * SIDE)).astype(float)
lab = rng.randint(0, K, 400)
# every pixel on its own scale and offset, this is why we want BN
scale = rng.uniform(0.5, 5, SIDE * SIDE)
img = (proto[lab] + 0.8 * rng.randn(400, SIDE * SIDE)) * scale + 3
Xtr, ytr, Xte, yte = img[:300], lab[:300], img[300:], lab[300:]

HID = 20
p = dict(
    W1=rng.randn(SIDE * SIDE, HID) * 0.1,
    gamma=np.ones(HID),
    beta=np.zeros(HID),
    W2=rng.randn(HID, K) * 0.3,
    b2=np.zeros(K),
)
run_mean, run_var = np.zeros(HID), np.ones(HID)
EPS = 1e-5


def batchnorm_forward(u, gamma, beta):
    mu = u.mean(axis=0)
    var = u.var(axis=0)
    inv = 1.0 / np.sqrt(var + EPS)
    xhat = (u - mu) * inv
    return gamma * xhat + beta, (xhat, inv, mu, var)


def batchnorm_backward(dout, gamma, cache):
    xhat, inv, _, _ = cache
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    du = inv * (dxhat - dxhat.mean(axis=0) - xhat * np.mean(dxhat * xhat, axis=0))
    return du, dgamma, dbeta


def softmax_ce(s, y):
    s = s - s.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(len(y)), y].mean()
    ds = np.exp(logp)
    ds[np.arange(len(y)), y] -= 1
    return loss, ds / len(y)


def loss_and_grads(X, y):
    u = X @ p['W1']          # no bias needed before BN
    v, bn_cache = batchnorm_forward(u, p['gamma'], p['beta'])
    h = np.maximum(v, 0)
    s = h @ p['W2'] + p['b2']
    loss, ds = softmax_ce(s, y)
    g = {}
    g['W2'] = h.T @ ds
    g['b2'] = ds.sum(axis=0)
    dv = (ds @ p['W2'].T) * (v > 0)
    du, g['gamma'], g['beta'] = batchnorm_backward(dv, p['gamma'], bn_cache)
    g['W1'] = X.T @ du
    return loss, g, bn_cache


def predict(X):
    xhat = (X @ p['W1'] - run_mean) / np.sqrt(run_var + EPS)
    h = np.maximum(p['gamma'] * xhat + p['beta'], 0)
    return np.argmax(h @ p['W2'] + p['b2'], axis=1)


LR = 0.1
for epoch in range(25):
    perm = rng.permutation(300)
    tot = 0
    for k in range(0, 300, 30):
        b = perm[k:k + 30]
        loss, g, (_, _, mu, var) = loss_and_grads(Xtr[b], ytr[b])
        run_mean = 0.9 * run_mean + 0.1 * mu
        run_var = 0.9 * run_var + 0.1 * var
        for name in p:
            p[name] -= LR * g[name]
        tot += loss * len(b)
    if epoch % 4 == 0:
        print('epoch', epoch, 'loss %.4f' % (tot / 300), 'test acc', np.mean(predict(Xte) == yte))
print('final test acc', np.mean(predict(Xte) == yte))
