import numpy as np
np.random.seed(0)
def relu(x, deriv=False):
    if deriv:
        return 1. * (x > 0)
    return np.maximum(0, x)
def sigmoid(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))
def init(dims):
    p = {}
    for i in range(1, len(dims)):
        p["W" + str(i)] = np.random.randn(dims[i], dims[i-1]) * 0.5
        p["b" + str(i)] = np.zeros([dims[i], 1])
    return p
def step(X, Y, p):
    grads = {}
    m = Y.shape[1]
    Z1 = np.dot(p["W1"], X) + p["b1"]
    A1 = relu(Z1)
    Z2 = np.dot(p["W2"], A1) + p["b2"]
    AL = sigmoid(Z2)
    cost = (-1 / m) * np.sum(np.multiply(Y, np.log(AL)) + np.multiply(1 - Y, np.log(1 - AL)))
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    dZ2 = dAL * sigmoid(AL, deriv=True)
    grads["dW2"] = np.dot(dZ2, A1.T) / m
    grads["db2"] = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(p["W2"].T, dZ2)
    dZ1 = dA1 * relu(A1, deriv=True)
    grads["dW1"] = np.dot(dZ1, X.T) / m
    grads["db1"] = np.sum(dZ1, axis=1, keepdims=True) / m
    return AL, grads, cost
def update(g, p, lr):
    for k in p:
        p[k] = p[k] - lr * g["d" + k]
    return p
X = np.random.randn(4, 10)
Y = (X.sum(axis=0, keepdims=True) > 0) * 1.0
p = init([4, 5, 1])
log = []
for i in range(2000):
    AL, grads, cost = step(X, Y, p)
    log.append(cost)
    p = update(grads, p, 0.1)
print(log[-1])
