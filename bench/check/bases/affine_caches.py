import numpy as np


def affine_forward(x, w, b):
    out = x.dot(w) + b
    return out, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dx = dout.dot(w.T)
    dw = x.T.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def leaky_forward(x, slope=0.1):
    return np.where(x > 0, x, slope * x), (x, slope)


def leaky_backward(dout, cache):
    x, slope = cache
    dx = dout * np.where(x > 0, 1.0, slope)
    return dx


def sandwich_forward(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, act_cache = leaky_forward(a)
    return out, (fc_cache, act_cache)


def sandwich_backward(dout, cache):
    fc_cache, act_cache = cache
    return affine_backward(leaky_backward(dout, act_cache), fc_cache)


def softmax_loss(scores, y):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    N = scores.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dscores = np.exp(log_probs)
    dscores[np.arange(N), y] -= 1
    return loss, dscores / N


def loss_and_grads(params, x, y, reg):
    h1, cache1 = sandwich_forward(x, params["w1"], params["b1"])
    h2, cache2 = sandwich_forward(h1, params["w2"], params["b2"])
    scores, cache3 = affine_forward(h2, params["w3"], params["b3"])
    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dh2, grads["w3"], grads["b3"] = affine_backward(dscores, cache3)
    dh1, grads["w2"], grads["b2"] = sandwich_backward(dh2, cache2)
    _, grads["w1"], grads["b1"] = sandwich_backward(dh1, cache1)
    for k in ("w1", "w2", "w3"):
        loss += 0.5 * reg * np.sum(params[k] ** 2)
        grads[k] += reg * params[k]
    return loss, grads


np.random.seed(231)
# three arms of a spiral
x, y = np.zeros((60, 2)), np.zeros(60, dtype=int)
for arm in range(3):
    radius = np.linspace(0.1, 1, 20)
    theta = np.linspace(0, 2.5, 20) + arm * 2 * np.pi / 3 + 0.1 * np.random.randn(20)
    x[20 * arm:20 * arm + 20] = np.stack([radius * np.sin(theta), radius * np.cos(theta)], axis=1)
    y[20 * arm:20 * arm + 20] = arm

dims = [2, 8, 6, 3]
params = {}
for i in range(3):
    params["w%d" % (i + 1)] = np.random.randn(dims[i], dims[i + 1]) * np.sqrt(2.0 / dims[i])
    params["b%d" % (i + 1)] = np.zeros(dims[i + 1])

for t in range(300):
    loss, grads = loss_and_grads(params, x, y, reg=1e-3)
    for k in params:
        params[k] -= 0.5 * grads[k]
    if t % 60 == 0:
        print("iteration %d / 300: loss %f" % (t, loss))
