# Week 3 exercise: planar data, one hidden layer
# X is (2, m), every COLUMN is one example
import numpy as np

np.random.seed(3)


def load_circles(m):
    half = m // 2
    angle = 2 * np.pi * np.random.rand(m)
    radius = np.ones(m)
    radius[half:] = 2.0
    radius = radius + 0.15 * np.random.randn(m)
    X = np.zeros((2, m))
    X[0, :] = radius * np.cos(angle)
    X[1, :] = radius * np.sin(angle)
    Y = np.zeros((1, m))
    Y[0, half:] = 1
    return X, Y


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize(n_x, n_h, n_y):
    return {"W1": np.random.randn(n_h, n_x) * 0.5,
            "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_y, n_h) * 0.5,
            "b2": np.zeros((n_y, 1))}


def forward_pass(X, params):
    Z1 = np.dot(params["W1"], X) + params["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(params["W2"], A1) + params["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def cost_function(A2, Y):
    m = Y.shape[1]
    return -(1 / m) * np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


def backward_pass(params, cache, X, Y):
    m = X.shape[1]
    Z1 = cache["Z1"]
    A1 = cache["A1"]
    A2 = cache["A2"]

    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(params["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update(params, grads, learning_rate):
    for name in ["W1", "b1", "W2", "b2"]:
        params[name] = params[name] - learning_rate * grads["d" + name]
    return params


X, Y = load_circles(300)
params = initialize(2, 6, 1)

for i in range(10001):
    A2, cache = forward_pass(X, params)
    cost = cost_function(A2, Y)
    grads = backward_pass(params, cache, X, Y)
    params = update(params, grads, 0.5)
    if i % 1000 == 0:
        print("Cost after iteration %i: %f" % (i, cost))

A2, _ = forward_pass(X, params)
print("Accuracy: %.1f %%" % (100 * np.mean((A2 > 0.5) == Y)))
