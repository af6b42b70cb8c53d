"""Three-arm spiral, 2-32-32-3 relu net trained with Adam (full batch)."""
import numpy as np

rng = np.random.default_rng(42)

# ---------------------------------------------------------------- data
N, K = 120, 3
X = np.zeros((N * K, 2))
labels = np.zeros(N * K, dtype=int)
for k in range(K):
    r = np.linspace(0.05, 1, N)
    th = np.linspace(k * 2.1, k * 2.1 + 4.2, N) + rng.normal(0, 0.15, N)
    X[k * N:(k + 1) * N] = np.column_stack((r * np.cos(th), r * np.sin(th)))
    labels[k * N:(k + 1) * N] = k
Y = np.eye(K)[labels]

# ---------------------------------------------------------------- net
H = 32
W1 = rng.normal(size=(2, H)) * np.sqrt(2 / 2)
W2 = rng.normal(size=(H, H)) * np.sqrt(2 / H)
W3 = rng.normal(size=(H, K)) * np.sqrt(1 / H)
b1, b2, b3 = np.zeros((1, H)), np.zeros((1, H)), np.zeros((1, K))


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def forward(X):
    a1 = relu(X @ W1 + b1)
    a2 = relu(a1 @ W2 + b2)
    return a1, a2, softmax(a2 @ W3 + b3)


# ---------------------------------------------------------------- adam state
params = [W1, b1, W2, b2, W3, b3]
m = [np.zeros_like(p) for p in params]
v = [np.zeros_like(p) for p in params]
alpha, beta1, beta2, eps = 0.003, 0.9, 0.999, 1e-8

for t in range(1, 1501):
    a1, a2, p = forward(X)

    d3 = (p - Y) / len(X)
    gW3 = a2.T @ d3
    gb3 = d3.sum(axis=0, keepdims=True)

    d2 = (d3 @ W3.T) * (a2 > 0)
    gW2 = a1.T @ d2
    gb2 = d2.sum(axis=0, keepdims=True)

    d1 = (d2 @ W2.T) * (a1 > 0)
    gW1 = X.T @ d1
    gb1 = d1.sum(axis=0, keepdims=True)

    grads = [gW1, gb1, gW2, gb2, gW3, gb3]
    for i, g in enumerate(grads):
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g ** 2
        mhat = m[i] / (1 - beta1 ** t)
        vhat = v[i] / (1 - beta2 ** t)
        params[i] -= alpha * mhat / (np.sqrt(vhat) + eps)

    if t == 1 or t % 150 == 0:
        loss = -np.log(p[np.arange(len(X)), labels] + 1e-15).mean()
        acc = (p.argmax(axis=1) == labels).mean()
        print(f"step {t:5d}   loss {loss:.4f}   acc {acc:.3f}")
