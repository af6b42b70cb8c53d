import numpy as np

# two-layer network with a multiclass hinge loss (SVM on top), ELU in between
rs = np.random.RandomState(1234)
N, D, H, C = 45, 2, 12, 3
X = np.zeros((N, D))
y = np.zeros(N, dtype='int64')
for j in range(C):                      # three arms
    rows = range(j * N // C, (j + 1) * N // C)
    radius = np.linspace(0.1, 1, N // C)
    angle = np.linspace(j * 2, (j + 1) * 2, N // C) + rs.randn(N // C) * 0.1
    X[rows] = np.c_[radius * np.sin(angle), radius * np.cos(angle)]
    y[rows] = j


def init():
    return dict(W1=rs.randn(D, H), b1=rs.randn(H) * 0.1, W2=rs.randn(H, C) * 0.5, b2=np.zeros(C))


def elu(x):
    return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)


def svm_loss(scores, y):
    n = len(y)
    correct = scores[np.arange(n), y]
    margins = np.maximum(0, scores - correct[:, np.newaxis] + 1)
    margins[np.arange(n), y] = 0
    loss = margins.sum() / n
    dscores = (margins > 0).astype(float)
    dscores[np.arange(n), y] -= dscores.sum(axis=1)
    return loss, dscores / n


def loss_and_grads(w, X, y, reg):
    z = X @ w['W1'] + w['b1']
    h = elu(z)
    scores = h @ w['W2'] + w['b2']
    data_loss, dscores = svm_loss(scores, y)
    loss = data_loss + reg * np.sum(w['W1'] * w['W1']) + reg * np.sum(w['W2'] * w['W2'])
    grads = {}
    grads['W2'] = h.T @ dscores + 2 * reg * w['W2']
    grads['b2'] = np.sum(dscores, axis=0)
    dh = dscores @ w['W2'].T
    dz = dh * np.where(z > 0, 1, np.exp(np.minimum(z, 0)))
    grads['W1'] = X.T @ dz + 2 * reg * w['W1']
    grads['b1'] = np.sum(dz, axis=0)
    return loss, grads


w = init()
for it in range(150):
    loss, grads = loss_and_grads(w, X, y, reg=1e-3)
    for name in w:
        w[name] -= 0.1 * grads[name]
    if it % 30 == 0:
        print('iteration %d / loss %f' % (it, loss))
