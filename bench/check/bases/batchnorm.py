import numpy as np

np.random.seed(22)
N, D, H = 20, 3, 5
X = np.random.randn(N, D)
Y = np.cos(X.sum(axis=1, keepdims=True))
W1 = np.random.randn(D, H) * 0.5
gamma, beta = np.ones(H), np.zeros(H)
W2, b2 = np.random.randn(H, 1) * 0.5, np.zeros(1)
eps = 1e-5
lr = 0.1

for it in range(200):
    z = X @ W1
    mu = z.mean(axis=0)
    centred = z - mu
    var = np.mean(centred ** 2, axis=0)
    inv_std = 1.0 / np.sqrt(var + eps)
    z_hat = centred * inv_std
    bn = gamma * z_hat + beta
    h = np.maximum(bn, 0)
    out = h @ W2 + b2
    loss = np.mean((out - Y) ** 2)

    dout = 2 * (out - Y) / N
    dW2 = h.T @ dout
    db2 = dout.sum(axis=0)
    dh = dout @ W2.T
    dbn = dh * (bn > 0)
    dgamma = np.sum(dbn * z_hat, axis=0)
    dbeta = np.sum(dbn, axis=0)
    dz_hat = dbn * gamma
    dvar = np.sum(dz_hat * centred, axis=0) * -0.5 * inv_std ** 3
    dmu = np.sum(dz_hat * -inv_std, axis=0)
    dz = dz_hat * inv_std + dvar * 2 * centred / N + dmu / N
    dW1 = X.T @ dz

    for p, g in ((W1, dW1), (gamma, dgamma), (beta, dbeta), (W2, dW2), (b2, db2)):
        p -= lr * g
    if it % 50 == 0:
        print(it, loss)
