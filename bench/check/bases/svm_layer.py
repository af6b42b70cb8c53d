import numpy as np

# a linear SVM on top of a learnt hidden layer; y is -1 or +1
np.random.seed(66)
feat_all = np.random.randn(80, 3)
y_all = np.where(np.sum(feat_all ** 2, axis=1) > 2.4, 1.0, -1.0)

W = np.random.randn(3, 9) * 0.6
b = np.random.randn(9) * 0.1
v = np.random.randn(9) * 0.4
c = 0.0
lam = 0.01
BATCH = 20

for epoch in range(40):
    lr = 1.5 / (1 + 0.02 * epoch)
    perm = np.random.permutation(80)
    for i in range(0, 80, BATCH):
        feat = feat_all[perm[i:i + BATCH]]
        y = y_all[perm[i:i + BATCH]]
        z = feat.dot(W) + b
        h = 1.0 / (1.0 + np.exp(-z))
        f = h.dot(v) + c
        slack = np.maximum(0, 1 - y * f)
        objective = slack.sum() / BATCH + lam / 2 * v.dot(v)

        gf = np.where(slack > 0, -y, 0.0) / BATCH
        gv = h.T.dot(gf) + lam * v
        gc = gf.sum()
        gh = np.outer(gf, v)
        gz = gh * h * (1 - h)
        gW = feat.T.dot(gz)
        gb = gz.sum(axis=0)

        W -= lr * gW
        b -= lr * gb
        v -= lr * gv
        c -= lr * gc
    if epoch % 10 == 0:
        print('epoch %d, objective of the last batch %.4f' % (epoch, objective))
