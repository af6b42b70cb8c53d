import numpy as np
rng = np.random.RandomState(0)

# --- data: three spiral arms
N, K = 80, 3
X = np.zeros((N * K, 2))
labels = np.zeros(N * K, dtype=int)
for k in range(K):
    r = np.linspace(0.05, 1, N)
    th = np.linspace(k * 4, (k + 1) * 4, N) + rng.randn(N) * 0.2
    X[k * N:(k + 1) * N] = np.c_[r * np.sin(th), r * np.cos(th)]
    labels[k * N:(k + 1) * N] = k

# --- settings
h1, h2 = 64, 32
keep = 0.85
reg = 1e-4
lr0 = 0.01
decay = 0.03
rho = 0.9
batch = 40
epochs = 600

W1 = rng.randn(2, h1) * np.sqrt(2 / 2)
b1 = np.zeros((1, h1))
W2 = rng.randn(h1, h2) * np.sqrt(2 / h1)
b2 = np.zeros((1, h2))
W3 = rng.randn(h2, K) * np.sqrt(2 / h2)
b3 = np.zeros((1, K))
P = [W1, b1, W2, b2, W3, b3]
S = [np.zeros_like(p) for p in P]          # running mean of squared gradients


def forward(x, train):
    a1 = np.maximum(0, x @ P[0] + P[1])
    m1 = (rng.rand(*a1.shape) < keep) / keep if train else 1.0
    d1 = a1 * m1
    a2 = np.maximum(0, d1 @ P[2] + P[3])
    m2 = (rng.rand(*a2.shape) < keep) / keep if train else 1.0
    d2 = a2 * m2
    s = d2 @ P[4] + P[5]
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return p, (a1, m1, d1, a2, m2, d2)


def loss_of(p, y):
    data = -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))
    return data + 0.5 * reg * sum(np.sum(w * w) for w in P[::2])


def backward(x, y, p, cache):
    a1, m1, d1, a2, m2, d2 = cache
    ds = p.copy()
    ds[np.arange(len(y)), y] -= 1
    ds /= len(y)
    gW3 = d2.T @ ds + reg * P[4]
    gb3 = ds.sum(axis=0, keepdims=True)
    da2 = ds @ P[4].T
    da2 = da2 * m2
    da2[a2 <= 0] = 0
    gW2 = d1.T @ da2 + reg * P[2]
    gb2 = da2.sum(axis=0, keepdims=True)
    da1 = da2 @ P[2].T
    da1 = da1 * m1
    da1[a1 <= 0] = 0
    gW1 = x.T @ da1 + reg * P[0]
    gb1 = da1.sum(axis=0, keepdims=True)
    return [gW1, gb1, gW2, gb2, gW3, gb3]


lr = lr0
for ep in range(epochs):
    lr = lr0 / (1 + decay * ep)
    idx = rng.permutation(N * K)
    for s in range(0, N * K, batch):
        xb, yb = X[idx[s:s + batch]], labels[idx[s:s + batch]]
        p, cache = forward(xb, True)
        G = backward(xb, yb, p, cache)
        # RMSprop
        for i in range(len(P)):
            S[i] = rho * S[i] + (1 - rho) * G[i] ** 2
            P[i] -= lr * G[i] / (np.sqrt(S[i]) + 1e-7)
    if ep % 100 == 0 or ep == epochs - 1:
        p, _ = forward(X, False)
        print(ep, 'lr %.5f' % lr, 'loss %.4f' % loss_of(p, labels), 'acc %.3f' % np.mean(p.argmax(1) == labels))
