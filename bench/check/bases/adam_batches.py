import math

import numpy as np


def random_mini_batches(X, Y, mini_batch_size, seed):
    np.random.seed(seed)
    m = X.shape[1]
    permutation = list(np.random.permutation(m))
    shuffled_X = X[:, permutation]
    shuffled_Y = Y[:, permutation]
    mini_batches = []
    for k in range(math.ceil(m / mini_batch_size)):
        span = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
        mini_batches.append((shuffled_X[:, span], shuffled_Y[:, span]))
    return mini_batches


def initialize_adam(parameters):
    v, s = {}, {}
    for key in parameters:
        v["d" + key] = np.zeros_like(parameters[key])
        s["d" + key] = np.zeros_like(parameters[key])
    return v, s


def forward(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    exps = np.exp(Z2 - np.max(Z2, axis=0))
    A2 = exps / np.sum(exps, axis=0)
    return Z1, A1, A2


def compute_cost(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[1]


def backward(X, Y, parameters, Z1, A1, A2):
    m = X.shape[1]
    grads = {}
    dZ2 = (A2 - Y) / m
    grads["dW2"] = dZ2 @ A1.T
    grads["db2"] = dZ2.sum(axis=1, keepdims=True)
    dZ1 = parameters["W2"].T @ dZ2
    dZ1[Z1 <= 0] = 0
    grads["dW1"] = dZ1 @ X.T
    grads["db1"] = dZ1.sum(axis=1, keepdims=True)
    return grads


def adam(parameters, grads, v, s, t, learning_rate=0.02, beta1=0.9, beta2=0.999, epsilon=1e-8):
    for key in parameters:
        g = grads["d" + key]
        v["d" + key] = beta1 * v["d" + key] + (1 - beta1) * g
        s["d" + key] = beta2 * s["d" + key] + (1 - beta2) * g ** 2
        v_corrected = v["d" + key] / (1 - beta1 ** t)
        s_corrected = s["d" + key] / (1 - beta2 ** t)
        parameters[key] = parameters[key] - learning_rate * v_corrected / (np.sqrt(s_corrected) + epsilon)


np.random.seed(3)
train_X = np.random.randn(3, 64)
train_Y = np.eye(4)[(train_X[0] > 0) * 2 + (train_X[1] * train_X[2] > 0)].T
parameters = {"W1": np.random.randn(10, 3) * np.sqrt(2 / 3), "b1": np.zeros((10, 1)),
              "W2": np.random.randn(4, 10) * np.sqrt(1 / 10), "b2": np.zeros((4, 1))}
v, s = initialize_adam(parameters)
t = 0
for epoch in range(25):
    cost_total = 0
    for X, Y in random_mini_batches(train_X, train_Y, 16, seed=epoch):
        Z1, A1, A2 = forward(X, parameters)
        cost = compute_cost(A2, Y)
        cost_total += cost * X.shape[1]
        grads = backward(X, Y, parameters, Z1, A1, A2)
        t = t + 1
        adam(parameters, grads, v, s, t)
    if epoch % 5 == 0:
        print("Cost after epoch %i: %f" % (epoch, cost_total / 64))
