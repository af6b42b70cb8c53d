import numpy as np

np.random.seed(34)
m = 48
X = np.random.randn(5, m)
classes = np.argmax(X[:3, :] + 0.3 * X[2:5, :], axis=0)
Y = np.zeros((3, m))
Y[classes, np.arange(m)] = 1
lambd = 0.4


def init_params(n_x, n_h1, n_h2, n_y):
    W1 = np.random.randn(n_h1, n_x) * np.sqrt(2.0 / n_x)
    W2 = np.random.randn(n_h2, n_h1) * np.sqrt(1.0 / n_h1)
    W3 = np.random.randn(n_y, n_h2) * np.sqrt(1.0 / n_h2)
    return [W1, np.zeros((n_h1, 1)), W2, np.zeros((n_h2, 1)), W3, np.zeros((n_y, 1))]


def forward_prop(X, params):
    W1, b1, W2, b2, W3, b3 = params
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.tanh(Z2)
    Z3 = np.dot(W3, A2) + b3
    T = np.exp(Z3)
    A3 = T / np.sum(T, axis=0, keepdims=True)
    return A3, (Z1, A1, Z2, A2)


def compute_cost(A3, Y, params):
    cross_entropy = -np.sum(Y * np.log(A3)) / m
    l2 = sum(np.sum(np.square(params[i])) for i in (0, 2, 4))
    return cross_entropy + lambd / (2 * m) * l2


def backward_prop(A3, Y, cache, params):
    W1, _, W2, _, W3, _ = params
    Z1, A1, Z2, A2 = cache
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m + lambd / m * W3
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, 1 - np.power(A2, 2))
    dW2 = np.dot(dZ2, A1.T) / m + lambd / m * W2
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, Z1 > 0)
    dW1 = np.dot(dZ1, X.T) / m + lambd / m * W1
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2, dW3, db3


params = init_params(5, 8, 6, 3)
for iteration in range(300):
    A3, cache = forward_prop(X, params)
    cost = compute_cost(A3, Y, params)
    grads = backward_prop(A3, Y, cache, params)
    params = [p - 0.4 * g for p, g in zip(params, grads)]
    if iteration % 60 == 0:
        print("Cost after iteration {}: {:.5f}".format(iteration, cost))
