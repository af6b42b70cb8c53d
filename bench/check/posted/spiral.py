import numpy as np
np.random.seed(10)

# --- spirale: 3 bras, 80 points chacun
N = 80; K = 3
X = np.zeros((N*K, 2)); y = np.zeros(N*K, dtype=int)
for j in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j*4, (j+1)*4, N) + np.random.randn(N)*0.15
    X[N*j:N*(j+1)] = np.c_[r*np.sin(t), r*np.cos(t)]
    y[N*j:N*(j+1)] = j

H1 = 32; H2 = 24
W1 = np.random.randn(2, H1)*0.5;   b1 = np.zeros((1, H1))
W2 = np.random.randn(H1, H2)*0.25; b2 = np.zeros((1, H2))
W3 = np.random.randn(H2, K)*0.25;  b3 = np.zeros((1, K))
S = [np.zeros_like(p) for p in (W1, b1, W2, b2, W3, b3)]   # RMSprop

lr = 0.003; rho = 0.9; reg = 1e-4; pente = 0.05
M = X.shape[0]

for it in range(1501):
    # avant
    z1 = X @ W1 + b1
    h1 = np.where(z1 > 0, z1, pente*z1)
    z2 = h1 @ W2 + b2
    h2 = np.where(z2 > 0, z2, pente*z2)
    s = h2 @ W3 + b3
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)

    perte = -np.log(p[range(M), y] + 1e-15).mean()
    perte += 0.5*reg*((W1**2).sum() + (W2**2).sum() + (W3**2).sum())
    if it % 100 == 0:
        print("it %d perte %f precision %.3f" % (it, perte, (p.argmax(1) == y).mean()))

    # arriere
    ds = p.copy()
    ds[range(M), y] -= 1
    ds /= M
    dW3 = h2.T @ ds + reg*W3
    db3 = ds.sum(0, keepdims=True)
    dh2 = ds @ W3.T
    dz2 = np.where(z2 > 0, dh2, pente*dh2)
    dW2 = h1.T @ dz2 + reg*W2
    db2 = dz2.sum(0, keepdims=True)
    dh1 = dz2 @ W2.T
    dz1 = np.where(z1 > 0, dh1, pente*dh1)
    dW1 = X.T @ dz1 + reg*W1
    db1 = dz1.sum(0, keepdims=True)

    # mise a jour
    for k, (P, dP) in enumerate(zip((W1, b1, W2, b2, W3, b3), (dW1, db1, dW2, db2, dW3, db3))):
        S[k] = rho*S[k] + (1 - rho)*dP*dP
        P -= lr*dP/(np.sqrt(S[k]) + 1e-6)
