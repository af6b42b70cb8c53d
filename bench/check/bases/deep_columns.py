import numpy as np

np.random.seed(18)


def relu_backward(dA, cache):
    dZ = np.array(dA, copy=True)
    dZ[cache <= 0] = 0
    return dZ


def sigmoid_backward(dA, cache):
    s = 1 / (1 + np.exp(-cache))
    return dA * s * (1 - s)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1 / m * np.dot(dZ, A_prev.T)
    db = 1 / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def model_forward(X, parameters):
    caches, A = [], X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters['W' + str(l)], parameters['b' + str(l)]
        Z = np.dot(W, A) + b
        caches.append(((A, W, b), Z))
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    logprobs = np.multiply(-np.log(AL), Y) + np.multiply(-np.log(1 - AL), 1 - Y)
    return np.squeeze(1. / m * np.sum(logprobs))


def model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    linear_cache, Z = caches[L - 1]
    dA, grads['dW' + str(L)], grads['db' + str(L)] = linear_backward(sigmoid_backward(dAL, Z), linear_cache)
    for l in reversed(range(L - 1)):
        linear_cache, Z = caches[l]
        dZ = relu_backward(dA, Z)
        dA, grads['dW' + str(l + 1)], grads['db' + str(l + 1)] = linear_backward(dZ, linear_cache)
    return grads


layer_dims = [3, 6, 4, 1]
parameters = {}
for l in range(1, len(layer_dims)):
    parameters['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) / np.sqrt(layer_dims[l - 1])
    parameters['b' + str(l)] = np.zeros((layer_dims[l], 1))
X = np.random.randn(3, 30)
Y = (X[:1] * X[1:2] > 0).astype(float)
costs = []
for i in range(250):
    AL, caches = model_forward(X, parameters)
    cost = compute_cost(AL, Y)
    grads = model_backward(AL, Y, caches)
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = parameters["W" + str(l)] - 0.3 * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - 0.3 * grads["db" + str(l)]
    if i % 50 == 0:
        costs.append(cost)
print(costs)
