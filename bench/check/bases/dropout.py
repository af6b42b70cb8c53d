import numpy as np

np.random.seed(21)
keep_prob = 0.8
reg = 0.02
X = np.random.randn(40, 4)
y = (X[:, 0] > X[:, 1]).astype(int)
W1, b1 = 0.5 * np.random.randn(4, 10), np.zeros(10)
W2, b2 = 0.5 * np.random.randn(10, 2), np.zeros(2)

for step in range(300):
    z1 = X.dot(W1) + b1
    a1 = np.maximum(z1, 0)
    mask = (np.random.rand(*a1.shape) < keep_prob) / keep_prob
    d1 = a1 * mask
    z2 = d1.dot(W2) + b2
    exps = np.exp(z2 - z2.max(axis=1, keepdims=True))
    probs = exps / exps.sum(axis=1, keepdims=True)
    data_loss = -np.log(probs[range(len(y)), y]).mean()
    loss = data_loss + 0.5 * reg * np.sum(W1 ** 2) + 0.5 * reg * np.sum(W2 ** 2)

    dz2 = probs
    dz2[range(len(y)), y] -= 1
    dz2 /= len(y)
    dW2 = d1.T.dot(dz2) + reg * W2
    db2 = dz2.sum(axis=0)
    dd1 = dz2.dot(W2.T)
    da1 = dd1 * mask
    dz1 = da1 * (z1 > 0)
    dW1 = X.T.dot(dz1) + reg * W1
    db1 = dz1.sum(axis=0)

    W1 += -0.5 * dW1
    b1 += -0.5 * db1
    W2 += -0.5 * dW2
    b2 += -0.5 * db2
    if step % 100 == 0:
        print("step %d: loss %f" % (step, loss))
