# autoencoder 64-16-16-64, pictures of soft blobs, momentum
import numpy as np
R = np.random.RandomState(0)

# 8 bit pictures like the camera gives them
r, c = np.mgrid[0:8, 0:8]
P = []
for _ in range(400):
    y, x, s = R.uniform(1, 6), R.uniform(1, 6), R.uniform(1.0, 1.8)
    P.append(255 * np.exp(-((r - y) ** 2 + (c - x) ** 2) / (2 * s * s)))
P = np.array(P).reshape(400, 64).astype(np.uint8)

X = P / 255.0
n = len(X)

def g(i, o):
    return R.randn(i, o) * np.sqrt(1.0 / i)

U, u = g(64, 16), np.zeros(16)
V, v = g(16, 16), np.zeros(16)
W, w = g(16, 64), np.zeros(64)
T = [U, u, V, v, W, w]
M = [np.zeros_like(t) for t in T]
a, k = 0.05, 0.9

for e in range(601):
    J = R.permutation(n)
    L = 0.0
    for i in range(0, n, 40):
        B = X[J[i:i + 40]]
        m = len(B)
        # forward
        F = np.tanh(B @ U + u)
        G = np.tanh(F @ V + v)
        O = 1 / (1 + np.exp(-(G @ W + w)))
        E = O - B
        L += (E ** 2).sum() / 2
        # backward
        C = E * O * (1 - O) / m
        D = (C @ W.T) * (1 - G ** 2)
        H = (D @ V.T) * (1 - F ** 2)
        Q = [B.T @ H, H.sum(0), F.T @ D, D.sum(0), G.T @ C, C.sum(0)]
        for t, q, z in zip(T, M, Q):
            q *= k
            q -= a * z
            t += q
    if e % 60 == 0:
        print(e, L / n)

# one picture and what the net makes of it
Z = 1 / (1 + np.exp(-(np.tanh(np.tanh(X[:1] @ U + u) @ V + v) @ W + w)))
print(np.round(X[0].reshape(8, 8)[3], 2))
print(np.round(Z[0].reshape(8, 8)[3], 2))
