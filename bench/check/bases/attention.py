import numpy as np

# one head of self-attention, then the mean over the sequence and a linear read-out
rng = np.random.default_rng(2017)
N, L, D, E = 16, 5, 4, 4                     # sequences, length, input features, head size
X = rng.normal(size=(N, L, D))
y = X[np.arange(N), np.argmax(X[:, :, 0], axis=1), 1]   # feature 1 where feature 0 is largest
p = {name: rng.normal(size=(D, E)) / np.sqrt(D) for name in ('Wq', 'Wk', 'Wv')}
p['w'] = rng.normal(size=E) * 0.5
p['c'] = np.zeros(1)
scale = 1 / np.sqrt(E)
lr = 0.1

for it in range(120):
    Q = X @ p['Wq']
    K = X @ p['Wk']
    V = X @ p['Wv']
    S = np.einsum('nie,nje->nij', Q, K) * scale
    A = np.exp(S - S.max(axis=2, keepdims=True))
    A = A / A.sum(axis=2, keepdims=True)
    H = np.einsum('nij,nje->nie', A, V)
    pooled = H.mean(axis=1)
    out = pooled @ p['w'] + p['c']
    loss = np.mean((out - y) ** 2)

    dout = 2 * (out - y) / N
    dpooled = np.outer(dout, p['w'])
    dH = np.repeat(dpooled[:, None, :], L, axis=1) / L
    dA = np.einsum('nie,nje->nij', dH, V)
    dV = np.einsum('nij,nie->nje', A, dH)
    dS = A * (dA - np.sum(dA * A, axis=2, keepdims=True))
    dQ = np.einsum('nij,nje->nie', dS, K) * scale
    dK = np.einsum('nij,nie->nje', dS, Q) * scale
    grads = {
        'Wq': np.einsum('nid,nie->de', X, dQ),
        'Wk': np.einsum('nid,nie->de', X, dK),
        'Wv': np.einsum('nid,nie->de', X, dV),
        'w': pooled.T @ dout,
        'c': dout.sum(axis=0, keepdims=True),
    }
    for name in p:
        p[name] -= lr * grads[name]
    if it % 30 == 0:
        print(it, loss)
