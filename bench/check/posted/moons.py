import numpy as np


def make_moons(n, noise, rng):
    t = rng.uniform(0, np.pi, n)
    upper = np.vstack([np.cos(t), np.sin(t)])
    t = rng.uniform(0, np.pi, n)
    lower = np.vstack([1 - np.cos(t), 0.4 - np.sin(t)])
    X = np.hstack([upper, lower]) + noise * rng.standard_normal((2, 2 * n))
    Y = np.hstack([np.zeros((1, n)), np.ones((1, n))])
    return X, Y


def initialize_parameters(layer_dims, rng):
    params = {}
    for l in range(1, len(layer_dims)):
        params["W" + str(l)] = rng.standard_normal((layer_dims[l], layer_dims[l - 1])) * np.sqrt(2 / layer_dims[l - 1])
        params["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return params


def forward(X, params):
    L = len(params) // 2
    cache = {"A0": X}
    A = X
    for l in range(1, L):
        Z = params["W" + str(l)] @ A + params["b" + str(l)]
        A = np.maximum(0, Z)
        cache["Z" + str(l)] = Z
        cache["A" + str(l)] = A
    Z = params["W" + str(L)] @ A + params["b" + str(L)]
    AL = 1 / (1 + np.exp(-Z))
    cache["Z" + str(L)] = Z
    cache["A" + str(L)] = AL
    return AL, cache


def compute_cost(AL, Y):
    m = Y.shape[1]
    eps = 1e-12
    return -np.sum(Y * np.log(AL + eps) + (1 - Y) * np.log(1 - AL + eps)) / m


def backward(Y, cache, params):
    L = len(params) // 2
    m = Y.shape[1]
    grads = {}
    AL = np.clip(cache["A" + str(L)], 1e-10, 1 - 1e-10)
    dAL = -(Y / AL) + (1 - Y) / (1 - AL)
    dZ = dAL * AL * (1 - AL)
    for l in range(L, 0, -1):
        grads["W" + str(l)] = dZ @ cache["A" + str(l - 1)].T / m
        grads["b" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = params["W" + str(l)].T @ dZ
            dZ = dA * (cache["Z" + str(l - 1)] > 0)
    return grads


def adam_step(params, grads, v, s, t, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    for k in params:
        v[k] = beta1 * v[k] + (1 - beta1) * grads[k]
        s[k] = beta2 * s[k] + (1 - beta2) * grads[k] ** 2
        v_hat = v[k] / (1 - beta1 ** t)
        s_hat = s[k] / (1 - beta2 ** t)
        params[k] = params[k] - lr * v_hat / (np.sqrt(s_hat) + eps)


def random_mini_batches(X, Y, size, rng):
    perm = rng.permutation(X.shape[1])
    X, Y = X[:, perm], Y[:, perm]
    return [(X[:, i:i + size], Y[:, i:i + size]) for i in range(0, X.shape[1], size)]


rng = np.random.default_rng(0)
X, Y = make_moons(300, 0.18, rng)
params = initialize_parameters([2, 16, 8, 1], rng)
v = {k: np.zeros_like(p) for k, p in params.items()}
s = {k: np.zeros_like(p) for k, p in params.items()}
t = 0
costs = []

for epoch in range(480):
    epoch_cost = 0
    batches = random_mini_batches(X, Y, 50, rng)
    for xb, yb in batches:
        AL, cache = forward(xb, params)
        epoch_cost += compute_cost(AL, yb) * xb.shape[1]
        grads = backward(yb, cache, params)
        t += 1
        adam_step(params, grads, v, s, t, lr=0.003)
    costs.append(epoch_cost / X.shape[1])
    if epoch % 40 == 0:
        print(f"Cost after epoch {epoch}: {costs[-1]:.5f}")

AL, _ = forward(X, params)
print("Train accuracy:", np.mean((AL > 0.5) == Y))

try:
    import matplotlib.pyplot as plt
    plt.plot(costs)
    plt.show()
except ImportError:
    pass
