# Week 4 exercise: L-layer net, two moons
# X is (n_x, m), Y is (1, m)
import numpy as np

try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None


def load_moons(m, rng, noise=0.15):
    t = rng.uniform(0, np.pi, m)
    cls = (np.arange(m) % 2)
    x1 = np.where(cls == 0, np.cos(t), 1 - np.cos(t))
    x2 = np.where(cls == 0, np.sin(t), 0.5 - np.sin(t))
    X = np.vstack([x1, x2]) + noise * rng.randn(2, m)
    return X, cls.reshape(1, m)


def initialize_parameters(layer_dims, rng):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = rng.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2. / layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def forward_propagation(X, parameters):
    L = len(parameters) // 2
    caches = {"A0": X}
    A = X
    for l in range(1, L + 1):
        Z = np.dot(parameters["W" + str(l)], A) + parameters["b" + str(l)]
        A = 1 / (1 + np.exp(-Z)) if l == L else np.maximum(0, Z)
        caches["Z" + str(l)] = Z
        caches["A" + str(l)] = A
    return A, caches


def compute_cost(AL, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(AL + 1e-12) + (1 - Y) * np.log(1 - AL + 1e-12)) / m
    L2 = 0
    for l in range(1, len(parameters) // 2 + 1):
        L2 += np.sum(np.square(parameters["W" + str(l)]))
    return cross_entropy + lambd / (2 * m) * L2


def backward_propagation(AL, Y, caches, parameters, lambd):
    m = Y.shape[1]
    L = len(parameters) // 2
    grads = {}
    dZ = AL - Y
    for l in range(L, 0, -1):
        W = parameters["W" + str(l)]
        grads["dW" + str(l)] = np.dot(dZ, caches["A" + str(l - 1)].T) / m + lambd / m * W
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = np.dot(W.T, dZ)
            dZ = dA * (caches["Z" + str(l - 1)] > 0)
    return grads


def update_with_momentum(parameters, grads, v, beta, learning_rate):
    for key in parameters:
        v[key] = beta * v[key] + (1 - beta) * grads["d" + key]
        parameters[key] = parameters[key] - learning_rate * v[key]
    return parameters, v


def model(X, Y, layer_dims, learning_rate=0.3, beta=0.9, lambd=0.05, num_iterations=1500, seed=3):
    rng = np.random.RandomState(seed)
    parameters = initialize_parameters(layer_dims, rng)
    v = {k: np.zeros_like(p) for k, p in parameters.items()}
    costs = []
    for i in range(num_iterations):
        AL, caches = forward_propagation(X, parameters)
        cost = compute_cost(AL, Y, parameters, lambd)
        grads = backward_propagation(AL, Y, caches, parameters, lambd)
        parameters, v = update_with_momentum(parameters, grads, v, beta, learning_rate)
        if i % 250 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
        if i % 10 == 0:
            costs.append(cost)
    return parameters, costs


def accuracy(X, Y, parameters):
    AL, _ = forward_propagation(X, parameters)
    return np.mean((AL > 0.5) == Y)


rng = np.random.RandomState(0)
X_train, Y_train = load_moons(400, rng)
X_test, Y_test = load_moons(200, rng)
params, costs = model(X_train, Y_train, [2, 12, 6, 1])
print("train accuracy:", accuracy(X_train, Y_train, params))
print("test accuracy:", accuracy(X_test, Y_test, params))

if plt is not None:
    plt.plot(costs)
    plt.ylabel("cost")
    plt.xlabel("iterations (x10)")
    plt.savefig("moons_cost.png")
