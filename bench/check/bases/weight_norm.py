import numpy as np

# weight normalisation: w = g * v / |v|, one length g for each unit
np.random.seed(1602)
X = np.random.randn(36, 4)
Y = np.tanh(X[:, [0]] - X[:, [1]] * X[:, [2]])
v1 = np.random.randn(4, 7) * 0.5
g1 = np.ones(7)
b1 = np.zeros(7)
v2 = np.random.randn(7, 1) * 0.5
g2 = np.ones(1)
b2 = np.zeros(1)
eta = 0.15

for k in range(250):
    n1 = np.sqrt(np.sum(v1 ** 2, axis=0))
    w1 = g1 * v1 / n1
    n2 = np.sqrt(np.sum(v2 ** 2, axis=0))
    w2 = g2 * v2 / n2
    u = X.dot(w1) + b1
    h = np.log1p(np.exp(u))
    o = h.dot(w2) + b2
    L = np.square(o - Y).mean()

    do = 2 * (o - Y) / len(Y)
    dw2 = h.T.dot(do)
    db2 = do.sum(axis=0)
    dh = do.dot(w2.T)
    du = dh / (1 + np.exp(-u))
    dw1 = X.T.dot(du)
    db1 = du.sum(axis=0)
    # from w to its direction and its length
    dg1 = np.sum(dw1 * v1, axis=0) / n1
    dv1 = g1 / n1 * dw1 - g1 * dg1 / n1 ** 2 * v1
    dg2 = np.sum(dw2 * v2, axis=0) / n2
    dv2 = g2 / n2 * dw2 - g2 * dg2 / n2 ** 2 * v2

    v1 -= eta * dv1
    g1 -= eta * dg1
    b1 -= eta * db1
    v2 -= eta * dv2
    g2 -= eta * dg2
    b2 -= eta * db2
    if k % 50 == 0:
        print("k = %3d   L = %.6f" % (k, L))
