import numpy as np

np.random.seed(61)
EPS = 1e-5


def initialize(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_h, n_x) * np.sqrt(2. / n_x), "gamma1": np.ones((n_h, 1)), "beta1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * np.sqrt(1. / n_h), "b2": np.zeros((n_y, 1))}


def batchnorm_forward(Z, gamma, beta):
    mu = np.mean(Z, axis=1, keepdims=True)
    xmu = Z - mu
    var = np.mean(xmu ** 2, axis=1, keepdims=True)
    std = np.sqrt(var + EPS)
    Zhat = xmu / std
    return gamma * Zhat + beta, (xmu, std, Zhat, gamma)


def batchnorm_backward(dout, cache):
    xmu, std, Zhat, gamma = cache
    m = dout.shape[1]
    dgamma = np.sum(dout * Zhat, axis=1, keepdims=True)
    dbeta = np.sum(dout, axis=1, keepdims=True)
    dZhat = dout * gamma
    dstd = -np.sum(dZhat * xmu, axis=1, keepdims=True) / std ** 2
    dvar = 0.5 * dstd / std
    dxmu = dZhat / std + 2 * xmu * dvar / m
    dmu = -np.sum(dxmu, axis=1, keepdims=True)
    return dxmu + dmu / m, dgamma, dbeta


def forward(X, params):
    Z1 = np.dot(params["W1"], X)
    N1, bn_cache = batchnorm_forward(Z1, params["gamma1"], params["beta1"])
    A1 = np.maximum(N1, 0)
    Z2 = np.dot(params["W2"], A1) + params["b2"]
    A2 = 1. / (1. + np.exp(-Z2))
    return A2, (X, bn_cache, N1, A1)


def backward(A2, Y, params, caches):
    X, bn_cache, N1, A1 = caches
    m = Y.shape[1]
    grads = {}
    dZ2 = A2 - Y
    grads["W2"] = np.dot(dZ2, A1.T) / m
    grads["b2"] = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(params["W2"].T, dZ2)
    dN1 = np.multiply(dA1, np.int64(N1 > 0))
    dZ1, dgamma, dbeta = batchnorm_backward(dN1, bn_cache)
    grads["W1"] = np.dot(dZ1, X.T) / m
    grads["gamma1"] = dgamma / m
    grads["beta1"] = dbeta / m
    return grads


X_all = np.random.randn(3, 64) * np.array([[1.], [3.], [0.5]])
Y_all = ((X_all[0] ** 2 + (X_all[1] / 3) ** 2) < 1.2).reshape(1, -1).astype(float)
parameters = initialize(3, 8, 1)
for epoch in range(20):
    shuffle = np.random.permutation(64)
    X_all, Y_all = X_all[:, shuffle], Y_all[:, shuffle]
    for j in range(4):
        X, Y = X_all[:, 16 * j:16 * (j + 1)], Y_all[:, 16 * j:16 * (j + 1)]
        A2, caches = forward(X, parameters)
        cost = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
        grads = backward(A2, Y, parameters, caches)
        for key in parameters:
            parameters[key] = parameters[key] - 0.3 * grads[key]
    if epoch % 5 == 0:
        print("epoch %i, cost %.6f" % (epoch, cost))
