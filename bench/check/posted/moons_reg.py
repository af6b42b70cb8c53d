# Week 3 lab: regularization (L2 + inverted dropout) on noisy half moons, mini-batch gradient descent
import numpy as np


def load_moons(m, seed):
    g = np.random.default_rng(seed)
    half = m // 2
    a = g.uniform(0, np.pi, half)
    upper = np.stack([np.cos(a), np.sin(a)])
    lower = np.stack([1 - np.cos(a), 0.4 - np.sin(a)])
    X = np.concatenate([upper, lower], axis=1) + g.normal(0, 0.18, (2, m))
    Y = np.concatenate([np.zeros((1, half)), np.ones((1, half))], axis=1)
    return X, Y


def init_params(n_x, n_h1, n_h2):
    return {
        "W1": np.random.randn(n_h1, n_x) * np.sqrt(1 / n_x), "b1": np.zeros((n_h1, 1)),
        "W2": np.random.randn(n_h2, n_h1) * np.sqrt(1 / n_h1), "b2": np.zeros((n_h2, 1)),
        "W3": np.random.randn(1, n_h2) * np.sqrt(1 / n_h2), "b3": np.zeros((1, 1)),
    }


def forward_prop(X, p, keep_prob):
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.tanh(Z1)
    D1 = (np.random.rand(*A1.shape) < keep_prob) / keep_prob
    A1d = A1 * D1
    Z2 = p["W2"] @ A1d + p["b2"]
    A2 = np.tanh(Z2)
    D2 = (np.random.rand(*A2.shape) < keep_prob) / keep_prob
    A2d = A2 * D2
    Z3 = p["W3"] @ A2d + p["b3"]
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (X, A1, D1, A1d, A2, D2, A2d)


def cost_with_l2(A3, Y, p, lambd):
    m = Y.shape[1]
    ce = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    return ce + lambd / (2 * m) * sum(np.sum(p[k] ** 2) for k in ("W1", "W2", "W3"))


def backward_prop(A3, Y, cache, p, lambd):
    X, A1, D1, A1d, A2, D2, A2d = cache
    m = Y.shape[1]
    dZ3 = A3 - Y
    dW3 = dZ3 @ A2d.T / m + lambd / m * p["W3"]
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = (p["W3"].T @ dZ3) * D2
    dZ2 = dA2 * (1 - A2 ** 2)
    dW2 = dZ2 @ A1d.T / m + lambd / m * p["W2"]
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = (p["W2"].T @ dZ2) * D1
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = dZ1 @ X.T / m + lambd / m * p["W1"]
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}


def minibatches(X, Y, size):
    order = np.random.permutation(X.shape[1])
    X, Y = X[:, order], Y[:, order]
    for k in range(0, X.shape[1], size):
        yield X[:, k:k + size], Y[:, k:k + size]


def accuracy(X, Y, p):
    A3, _ = forward_prop(X, p, 1.0)
    return np.mean((A3 > 0.5) == Y)


np.random.seed(8)
X_train, Y_train = load_moons(500, 0)
X_test, Y_test = load_moons(300, 1)
params = init_params(2, 20, 10)

lr0, decay = 0.3, 0.005
for epoch in range(1000):
    lr = lr0 / (1 + decay * epoch)
    costs = []
    for xb, yb in minibatches(X_train, Y_train, 64):
        A3, cache = forward_prop(xb, params, keep_prob=0.85)
        costs.append(cost_with_l2(A3, yb, params, lambd=0.03))
        grads = backward_prop(A3, yb, cache, params, lambd=0.03)
        for name in params:
            params[name] = params[name] - lr * grads[name]
    if epoch % 100 == 0:
        print("epoch", epoch, "cost", round(np.mean(costs), 4), "lr", round(lr, 4))

print("train acc", accuracy(X_train, Y_train, params))
print("test acc", accuracy(X_test, Y_test, params))
