import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(50, 5))
labels = (X[:, 0] + X[:, 1] > 0).astype(int) + (X[:, 2] > 0.5).astype(int)
Y = np.eye(3)[labels]

W1 = rng.normal(scale=0.4, size=(5, 8))
b1 = np.zeros((1, 8))
W2 = rng.normal(scale=0.4, size=(8, 3))
b2 = np.zeros((1, 3))
params = [W1, b1, W2, b2]
ms = [np.zeros_like(p) for p in params]
vs = [np.zeros_like(p) for p in params]
lr, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


for t in range(1, 401):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    p = softmax(z2)
    loss = -np.mean(np.sum(Y * np.log(p + 1e-12), axis=1))

    dz2 = (p - Y) / X.shape[0]
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0, keepdims=True)
    da1 = dz2 @ W2.T
    dz1 = da1 * (1 - a1 ** 2)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0, keepdims=True)

    for i, g in enumerate([dW1, db1, dW2, db2]):
        ms[i] = beta1 * ms[i] + (1 - beta1) * g
        vs[i] = beta2 * vs[i] + (1 - beta2) * g ** 2
        m_hat = ms[i] / (1 - beta1 ** t)
        v_hat = vs[i] / (1 - beta2 ** t)
        params[i] -= lr * m_hat / (np.sqrt(v_hat) + eps)
    if t % 100 == 0:
        print(t, loss)
