import numpy as np

"""Is it spam? 6 word counts -> 8 ReLU units with dropout -> 1 sigmoid unit. Stops as soon as the validation set is good enough."""

np.random.seed(1337)


def make_mails(n):
    spam = np.random.rand(n) < 0.4
    lam_ham, lam_spam = np.array([2, 1, 3, 0.3, 0.2, 1]), np.array([0.5, 1, 1, 1.5, 1.2, 1])
    counts = np.random.poisson(np.where(spam[:, None], lam_spam, lam_ham))
    return np.log1p(counts), spam.astype(float)[:, None]


def init():
    W1 = np.random.randn(6, 8) * np.sqrt(2 / 6)
    W2 = np.random.randn(8, 1) * np.sqrt(1 / 8)
    return [W1, np.zeros((1, 8)), W2, np.zeros((1, 1))]


def forward(params, x, p_drop=0.0):
    W1, b1, W2, b2 = params
    z1 = x @ W1 + b1
    drop = (np.random.rand(*z1.shape) >= p_drop) / (1 - p_drop)
    a1 = np.maximum(z1, 0) * drop
    z2 = a1 @ W2 + b2
    p = 1 / (1 + np.exp(-z2))
    return p, (z1, a1, drop)


def bce(p, y):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


def backward(params, x, y, p, cache):
    W1, b1, W2, b2 = params
    z1, a1, drop = cache
    dp = (-y / p + (1 - y) / (1 - p)) / len(x)
    dz2 = dp * p * (1 - p)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0, keepdims=True)
    da1 = dz2 @ W2.T
    dz1 = da1 * drop * (z1 > 0)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0, keepdims=True)
    return [dW1, db1, dW2, db2]


x_train, y_train = make_mails(60)
x_val, y_val = make_mails(30)
params = init()
for epoch in range(300):
    p, cache = forward(params, x_train, p_drop=0.25)
    loss = bce(p, y_train)
    grads = backward(params, x_train, y_train, p, cache)
    for param, grad in zip(params, grads):
        param -= 0.3 * grad
    p_val = forward(params, x_val)[0]
    acc = ((p_val > 0.5) == (y_val > 0.5)).mean()
    if epoch % 50 == 0:
        print(f"[{epoch}] train {loss:.3f} val {bce(p_val, y_val):.3f} acc {acc:.2f}")
    if acc > 0.96:
        print("good enough after", epoch + 1, "epochs")
        break
