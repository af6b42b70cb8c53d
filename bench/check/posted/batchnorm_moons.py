"""
Assignment 2, part 3 -- fully connected net with Batch Normalization
(two moons, written from scratch, no scipy/sklearn)
"""
import numpy as np

np.random.seed(231)


def make_moons(n, noise=0.15):
    t = np.random.rand(n) * np.pi
    lab = np.random.randint(0, 2, n)
    x1 = np.where(lab == 0, np.cos(t), 1 - np.cos(t))
    x2 = np.where(lab == 0, np.sin(t), 0.5 - np.sin(t))
    X = np.stack([x1, x2], axis=1) + noise * np.random.randn(n, 2)
    return X, lab


def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)


def batchnorm_forward(x, gamma, beta, bn_param, mode):
    eps, momentum = 1e-5, 0.9
    if mode == 'test':
        xhat = (x - bn_param['running_mean']) / np.sqrt(bn_param['running_var'] + eps)
        return gamma * xhat + beta, None
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    inv_std = 1.0 / np.sqrt(var + eps)
    xhat = (x - mu) * inv_std
    bn_param['running_mean'] = momentum * bn_param['running_mean'] + (1 - momentum) * mu
    bn_param['running_var'] = momentum * bn_param['running_var'] + (1 - momentum) * var
    return gamma * xhat + beta, (x - mu, xhat, inv_std, gamma)


def batchnorm_backward(dout, cache):
    xmu, xhat, inv_std, gamma = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * xmu * -0.5 * inv_std**3, axis=0)
    dmu = np.sum(-dxhat * inv_std, axis=0) + dvar * np.mean(-2.0 * xmu, axis=0)
    dx = dxhat * inv_std + dvar * 2.0 * xmu / N + dmu / N
    return dx, dgamma, dbeta


def softmax_loss(scores, y):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    N = len(y)
    loss = -logp[range(N), y].mean()
    dscores = np.exp(logp)
    dscores[range(N), y] -= 1
    dscores /= N
    return loss, dscores


H = 20
params = {
    'W1': 0.5 * np.random.randn(2, H), 'b1': np.zeros(H),
    'gamma1': np.ones(H), 'beta1': np.zeros(H),
    'W2': 0.3 * np.random.randn(H, 2), 'b2': np.zeros(2),
}
bn = {'running_mean': np.zeros(H), 'running_var': np.ones(H)}


def loss_fn(X, y=None):
    mode = 'test' if y is None else 'train'
    a1, c_aff1 = affine_forward(X, params['W1'], params['b1'])
    n1, c_bn = batchnorm_forward(a1, params['gamma1'], params['beta1'], bn, mode)
    h1 = np.maximum(0, n1)
    scores, c_aff2 = affine_forward(h1, params['W2'], params['b2'])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dh1, grads['W2'], grads['b2'] = affine_backward(dscores, c_aff2)
    dn1 = dh1 * (n1 > 0)
    da1, grads['gamma1'], grads['beta1'] = batchnorm_backward(dn1, c_bn)
    _, grads['W1'], grads['b1'] = affine_backward(da1, c_aff1)
    return loss, grads


X_train, y_train = make_moons(300)
X_val, y_val = make_moons(100)
lr = 0.3
loss_history = []
for it in range(600):
    batch = np.random.choice(len(X_train), 50)
    loss, grads = loss_fn(X_train[batch], y_train[batch])
    loss_history.append(loss)
    for p in params:
        params[p] -= lr * grads[p]
    if it % 100 == 99:
        val_acc = np.mean(loss_fn(X_val).argmax(axis=1) == y_val)
        print('iter %d loss %f val acc %f' % (it + 1, np.mean(loss_history[-100:]), val_acc))
