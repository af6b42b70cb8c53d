# two-layer net with multiclass hinge (SVM) loss. assignment 1, question 4 (modified)
import numpy as np


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
    dx = np.array(dout)
    dx[cache <= 0] = 0
    return dx


def svm_loss(scores, y, delta=1.0):
    N = scores.shape[0]
    correct = scores[np.arange(N), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + delta)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    dscores = np.zeros_like(scores)
    dscores[margins > 0] = 1
    num_pos = np.sum(margins > 0, axis=1)
    dscores[np.arange(N), y] -= num_pos
    dscores /= N
    return loss, dscores


class TwoLayerNet(object):
    def __init__(self, input_dim, hidden_dim, num_classes, weight_scale=0.1, reg=0.01):
        self.params = {}
        self.reg = reg
        self.params['W1'] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params['b1'] = np.zeros(hidden_dim)
        self.params['W2'] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params['b2'] = np.zeros(num_classes)

    def loss(self, X, y=None):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        a, cache1 = affine_forward(X, W1, b1)
        h, cache_relu = relu_forward(a)
        scores, cache2 = affine_forward(h, W2, b2)
        if y is None:
            return scores
        loss, dscores = svm_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        grads = {}
        dh, grads['W2'], grads['b2'] = affine_backward(dscores, cache2)
        da = relu_backward(dh, cache_relu)
        dx, grads['W1'], grads['b1'] = affine_backward(da, cache1)
        grads['W1'] += self.reg * W1
        grads['W2'] += self.reg * W2
        return loss, grads


np.random.seed(231)
centers = np.array([[2, 2], [-2, 2], [0, -2], [0, 0.5]])
y = np.random.randint(4, size=240)
X = centers[y] + 0.6 * np.random.randn(240, 2)
X_train, y_train, X_val, y_val = X[:200], y[:200], X[200:], y[200:]

model = TwoLayerNet(2, 20, 4)
lr = 0.5
for it in range(601):
    idx = np.random.choice(200, 64)
    loss, grads = model.loss(X_train[idx], y_train[idx])
    for p in model.params:
        model.params[p] -= lr * grads[p]
    if it % 100 == 0:
        lr *= 0.9
        val_acc = np.mean(np.argmax(model.loss(X_val), axis=1) == y_val)
        print('iter %d loss %.4f val_acc %.3f' % (it, loss, val_acc))
