import numpy as np

# two rings, network with batchnorm and one residual block
#   a0 = relu(bn(x W0 + b0))
#   a1 = a0 + relu(bn(a0 W1 + b1)) W2 + b2       <- skip connection
#   p  = sigmoid(a1 Wo + bo)

np.random.seed(0)
n = 400
ang = np.random.rand(n) * 2 * np.pi
rad = np.where(np.arange(n) < n // 2, 1.0, 2.0) + np.random.randn(n) * 0.25
X = np.stack([rad * np.cos(ang) + 3, rad * np.sin(ang)], axis=1)
y = (np.arange(n) >= n // 2).astype(float).reshape(-1, 1)

d = 16
P = {
    'W0': np.random.randn(2, d) * 0.5, 'b0': np.zeros(d), 'g0': np.ones(d), 's0': np.zeros(d),
    'W1': np.random.randn(d, d) * 0.25, 'b1': np.zeros(d), 'g1': np.ones(d), 's1': np.zeros(d),
    'W2': np.random.randn(d, d) * 0.25, 'b2': np.zeros(d),
    'Wo': np.random.randn(d, 1) * 0.25, 'bo': np.zeros(1),
}


def bn_forward(z, gain, shift, eps=1e-5):
    mu = z.mean(axis=0)
    var = z.var(axis=0)
    istd = 1.0 / np.sqrt(var + eps)
    zhat = (z - mu) * istd
    return gain * zhat + shift, (zhat, istd, gain)


def bn_backward(dout, cache):
    zhat, istd, gain = cache
    m = dout.shape[0]
    dgain = (dout * zhat).sum(axis=0)
    dshift = dout.sum(axis=0)
    dzhat = dout * gain
    dz = istd / m * (m * dzhat - dzhat.sum(axis=0) - zhat * (dzhat * zhat).sum(axis=0))
    return dz, dgain, dshift


def forward(X, P):
    n0, c0 = bn_forward(X @ P['W0'] + P['b0'], P['g0'], P['s0'])
    a0 = np.maximum(n0, 0)
    n1, c1 = bn_forward(a0 @ P['W1'] + P['b1'], P['g1'], P['s1'])
    r1 = np.maximum(n1, 0)
    a1 = a0 + r1 @ P['W2'] + P['b2']
    p = 1 / (1 + np.exp(-(a1 @ P['Wo'] + P['bo'])))
    return p, (n0, c0, a0, n1, c1, r1, a1)


def backward(X, y, p, P, cache):
    n0, c0, a0, n1, c1, r1, a1 = cache
    G = {}
    dlogit = (p - y) / len(X)
    G['Wo'] = a1.T @ dlogit
    G['bo'] = dlogit.sum(axis=0)
    da1 = dlogit @ P['Wo'].T
    G['W2'] = r1.T @ da1
    G['b2'] = da1.sum(axis=0)
    dn1 = (da1 @ P['W2'].T) * (n1 > 0)
    dz1, G['g1'], G['s1'] = bn_backward(dn1, c1)
    G['W1'] = a0.T @ dz1
    G['b1'] = dz1.sum(axis=0)
    da0 = da1 + dz1 @ P['W1'].T
    dn0 = da0 * (n0 > 0)
    dz0, G['g0'], G['s0'] = bn_backward(dn0, c0)
    G['W0'] = X.T @ dz0
    G['b0'] = dz0.sum(axis=0)
    return G


lr = 0.1
for step in range(1201):
    p, cache = forward(X, P)
    if step % 100 == 0:
        loss = -np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))
        acc = np.mean((p > 0.5) == (y > 0.5))
        print('step %4d   bce %.4f   acc %.3f' % (step, loss, acc))
    G = backward(X, y, p, P, cache)
    for k in P:
        P[k] = P[k] - lr * G[k]
