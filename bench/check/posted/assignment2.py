"""
Assignment 2 - deep fully connected network for binary classification.
Every example is a COLUMN of X. Layers: ReLU ... ReLU -> sigmoid.
"""
import numpy as np


def make_rings(m, noise=0.12):
    r = np.where(np.arange(m) % 2 == 0, 0.4, 1.0)
    t = np.random.rand(m) * 2 * np.pi
    X = np.vstack([r * np.cos(t), r * np.sin(t)]) + noise * np.random.randn(2, m)
    Y = (r < 0.7).astype(float).reshape(1, m)
    return X, Y


def initialize(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2.0 / layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def sigmoid(Z):
    return 1.0 / (1.0 + np.exp(-Z))


def relu(Z):
    return np.maximum(0, Z)


def layer_forward(A_prev, W, b, activation):
    Z = np.dot(W, A_prev) + b
    if activation == "relu":
        A = relu(Z)
    else:
        A = sigmoid(Z)
    cache = {"A_prev": A_prev, "W": W, "b": b, "Z": Z}
    return A, cache


def model_forward(X, parameters):
    caches = []
    L = len(parameters) // 2
    A = X
    for l in range(1, L):
        A, cache = layer_forward(A, parameters["W" + str(l)], parameters["b" + str(l)], "relu")
        caches.append(cache)
    AL, cache = layer_forward(A, parameters["W" + str(L)], parameters["b" + str(L)], "sigmoid")
    caches.append(cache)
    return AL, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    eps = 1e-12
    return float(-np.sum(Y * np.log(AL + eps) + (1 - Y) * np.log(1 - AL + eps)) / m)


def layer_backward(dA, cache, activation):
    Z = cache["Z"]
    if activation == "relu":
        dZ = dA * (Z > 0)
    else:
        s = sigmoid(Z)
        dZ = dA * s * (1 - s)
    m = dA.shape[1]
    dW = np.dot(dZ, cache["A_prev"].T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(cache["W"].T, dZ)
    return dA_prev, dW, db


def model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    for l in reversed(range(1, L + 1)):
        activation = "sigmoid" if l == L else "relu"
        dA, grads["dW" + str(l)], grads["db" + str(l)] = layer_backward(dA, caches[l - 1], activation)
    return grads


def update(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * grads["db" + str(l)]
    return parameters


def train(X, Y, layer_dims, learning_rate=0.08, num_iterations=8000):
    parameters = initialize(layer_dims)
    for i in range(num_iterations):
        AL, caches = model_forward(X, parameters)
        grads = model_backward(AL, Y, caches)
        parameters = update(parameters, grads, learning_rate)
        if i % 1000 == 0:
            print("cost after iteration %4d: %f" % (i, compute_cost(AL, Y)))
    return parameters


if __name__ == "__main__":
    np.random.seed(3)
    X, Y = make_rings(400)
    X_test, Y_test = make_rings(200)
    parameters = train(X, Y, [2, 8, 6, 1])
    for name, a, b in (("train", X, Y), ("test", X_test, Y_test)):
        p, _ = model_forward(a, parameters)
        print(name, "accuracy:", np.mean((p > 0.5) == b))
