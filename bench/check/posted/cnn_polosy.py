import numpy as np
from numpy import *
np.random.seed(5)
# CNN с нуля, 8x8 картинки: 0 = вертикальная полоса, 1 = горизонтальная, 2 = диагональ
# одна свертка 3x3 (4 фильтра) -> relu -> maxpool 2x2 -> полносвязный -> softmax

N = 240
img = np.random.randint(0, 60, (N, 8, 8))     # шум, пиксели 0..255
lab = np.random.randint(0, 3, N)
for i in range(N):
    k = np.random.randint(1, 7)
    if lab[i] == 0:
        img[i, :, k] = 220
    elif lab[i] == 1:
        img[i, k, :] = 220
    else:
        for j in range(8):
            img[i, j, (j + k) % 8] = 220

X = img / 255.0
Y = np.eye(3)[lab]
Xtr, Ytr, Xte, lte = X[:180], Y[:180], X[180:], lab[180:]

F = np.random.randn(4, 3, 3) * 0.3
bF = np.zeros(4)
W = np.random.randn(36, 3) * 0.1
b = np.zeros(3)
lr = 0.2

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def forward(x):
    global conv, act, pool, flat
    n = len(x)
    conv = np.zeros((n, 4, 6, 6))
    for f in range(4):
        for u in range(3):
            for v in range(3):
                conv[:, f] += F[f, u, v] * x[:, u:u+6, v:v+6]
        conv[:, f] += bF[f]
    act = np.maximum(conv, 0)
    # пулинг
    pool = act.reshape(n, 4, 3, 2, 3, 2).max(axis=(3, 5))
    flat = pool.reshape(n, 36)
    return softmax(flat.dot(W) + b)

def backward(x, y, p):
    global dF, dbF, dW, db
    n = len(x)
    d = (p - y) / n
    dW = flat.T.dot(d)
    db = d.sum(axis=0)
    dflat = d.dot(W.T)
    dpool = dflat.reshape(n, 4, 3, 3)
    # градиент идет только туда, где был максимум
    big = pool.repeat(2, axis=2).repeat(2, axis=3)
    dact = dpool.repeat(2, axis=2).repeat(2, axis=3) * (act == big)
    dconv = dact * (conv > 0)
    dF = np.zeros_like(F)
    dbF = np.zeros_like(bF)
    for f in range(4):
        for u in range(3):
            for v in range(3):
                dF[f, u, v] = np.sum(dconv[:, f] * x[:, u:u+6, v:v+6])
        dbF[f] = np.sum(dconv[:, f])

for ep in range(60):
    perm = np.random.permutation(180)
    s = 0
    for i in range(0, 180, 20):
        xb = Xtr[perm[i:i+20]]
        yb = Ytr[perm[i:i+20]]
        p = forward(xb)
        s += -np.sum(yb * np.log(p + 1e-12))
        backward(xb, yb, p)
        F -= lr * dF
        bF -= lr * dbF
        W -= lr * dW
        b -= lr * db
    if ep % 10 == 0 or ep == 59:
        acc = np.mean(forward(Xte).argmax(axis=1) == lte)
        print('ep', ep, 'loss', s / 180, 'test acc', acc)
