import numpy as np
np.random.seed(7)

# three-arm spiral
N, K = 128, 3
X = np.zeros((N*K, 2))
labels = np.zeros(N*K, dtype='int64')
for k in range(K):
    rows = slice(N*k, N*(k+1))
    r = np.linspace(0.05, 1, N)
    th = np.linspace(4*k, 4*(k+1), N) + 0.15*np.random.randn(N)
    X[rows] = np.stack([r*np.sin(th), r*np.cos(th)], axis=1)
    labels[rows] = k

H = 32
batch_size = 32
lr = 0.004
beta1, beta2, eps = 0.9, 0.999, 1e-8

W1 = np.random.randn(2, H) * np.sqrt(2/2)
b1 = np.zeros(H)
W2 = np.random.randn(H, H) * np.sqrt(2/H)
b2 = np.zeros(H)
W3 = np.random.randn(H, K) * np.sqrt(2/H)
b3 = np.zeros(K)
params = [W1, b1, W2, b2, W3, b3]
ms = [np.zeros_like(p) for p in params]
vs = [np.zeros_like(p) for p in params]

def forward(x):
    h1 = np.maximum(0, x @ W1 + b1)
    h2 = np.maximum(0, h1 @ W2 + b2)
    s = h2 @ W3 + b3
    e = np.exp(s - s.max(1, keepdims=True))
    return h1, h2, e / e.sum(1, keepdims=True)

def backward(x, lab, h1, h2, p):
    n = x.shape[0]
    ds = p.copy()
    ds[np.arange(n), lab] -= 1
    ds /= n
    dW3 = h2.T @ ds
    db3 = ds.sum(0)
    dz2 = (ds @ W3.T) * (h2 > 0)
    dW2 = h1.T @ dz2
    db2 = dz2.sum(0)
    dz1 = (dz2 @ W2.T) * (h1 > 0)
    dW1 = x.T @ dz1
    db1 = dz1.sum(0)
    return [dW1, db1, dW2, db2, dW3, db3]

t = 0
for epoch in range(350):
    order = np.random.permutation(N*K)
    total = 0.0
    for s in range(0, N*K, batch_size):
        idx = order[s:s+batch_size]
        xb, lb = X[idx], labels[idx]
        h1, h2, p = forward(xb)
        total += -np.log(p[np.arange(len(idx)), lb] + 1e-12).sum()
        grads = backward(xb, lb, h1, h2, p)
        t += 1
        for p_, g, m, v in zip(params, grads, ms, vs):
            m[:] = beta1*m + (1-beta1)*g
            v[:] = beta2*v + (1-beta2)*g**2
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            p_ -= lr * m_hat / (np.sqrt(v_hat) + eps)
    if (epoch+1) % 25 == 0:
        acc = np.mean(forward(X)[2].argmax(1) == labels)
        print(f"epoch {epoch+1:3d}  loss {total/(N*K):.4f}  acc {acc:.3f}")
