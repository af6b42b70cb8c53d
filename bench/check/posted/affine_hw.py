"""
Assignment 2, question 3: modular two-hidden-layer classifier.
Every layer has a forward that returns (out, cache) and a backward
that receives the upstream gradient and the cache.
"""
import numpy as np


def make_spirals(points, classes, noise, rng):
    X = np.zeros((points * classes, 2))
    y = np.zeros(points * classes, dtype=int)
    for c in range(classes):
        rows = slice(points * c, points * (c + 1))
        radius = np.linspace(0.05, 1.0, points)
        angle = np.linspace(c * 4.2, (c + 1) * 4.2, points) + rng.randn(points) * noise
        X[rows] = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        y[rows] = c
    return X, y


def affine_forward(x, w, b):
    out = x.dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T)
    dw = x.T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    x = cache
    return dout * (x > 0)


def softmax_loss(scores, y):
    """ Returns mean cross-entropy and its gradient w.r.t. the scores """
    N = scores.shape[0]
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(shifted)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y] + 1e-12)) / N
    dscores = probs.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    return loss, dscores


class ThreeLayerNet(object):

    def __init__(self, input_dim, hidden, num_classes, weight_scale, reg, rng):
        self.reg = reg
        self.params = {}
        dims = [input_dim] + hidden + [num_classes]
        for i in range(len(dims) - 1):
            self.params['W%d' % (i + 1)] = weight_scale * rng.randn(dims[i], dims[i + 1])
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])

    def loss(self, X, y=None):
        p = self.params
        a1, fc1_cache = affine_forward(X, p['W1'], p['b1'])
        h1, relu1_cache = relu_forward(a1)
        a2, fc2_cache = affine_forward(h1, p['W2'], p['b2'])
        h2, relu2_cache = relu_forward(a2)
        scores, fc3_cache = affine_forward(h2, p['W3'], p['b3'])
        if y is None:
            return scores

        loss, dscores = softmax_loss(scores, y)
        for k in ('W1', 'W2', 'W3'):
            loss += 0.5 * self.reg * np.sum(p[k] ** 2)

        grads = {}
        dh2, grads['W3'], grads['b3'] = affine_backward(dscores, fc3_cache)
        da2 = relu_backward(dh2, relu2_cache)
        dh1, grads['W2'], grads['b2'] = affine_backward(da2, fc2_cache)
        da1 = relu_backward(dh1, relu1_cache)
        _, grads['W1'], grads['b1'] = affine_backward(da1, fc1_cache)
        for k in ('W1', 'W2', 'W3'):
            grads[k] += self.reg * p[k]
        return loss, grads


def train(model, X, y, rng, lr=0.5, lr_decay=0.99, batch_size=50, epochs=300):
    iters = X.shape[0] // batch_size
    history = []
    for epoch in range(epochs):
        for _ in range(iters):
            idx = rng.choice(X.shape[0], batch_size, replace=False)
            loss, grads = model.loss(X[idx], y[idx])
            history.append(loss)
            for name in model.params:
                model.params[name] -= lr * grads[name]
        lr *= lr_decay
        if epoch % 30 == 0 or epoch == epochs - 1:
            acc = np.mean(np.argmax(model.loss(X), axis=1) == y)
            print('epoch %3d / %d   loss %.4f   train acc %.3f'
                  % (epoch, epochs, np.mean(history[-iters:]), acc))
    return history


if __name__ == '__main__':
    rng = np.random.RandomState(231)
    X, y = make_spirals(150, 3, 0.18, rng)
    net = ThreeLayerNet(2, [60, 40], 3, weight_scale=0.2, reg=1e-4, rng=rng)
    history = train(net, X, y, rng)
