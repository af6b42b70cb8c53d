import numpy as np
import math

# Count regression (Poisson NLL, log link). Examples are COLUMNS as in the Coursera course.

np.random.seed(10)

def generate(m):
    X = np.random.uniform(-1, 1, (3, m))
    rate = np.exp(0.8 + np.sin(3 * X[0]) - X[1] ** 2 + 0.5 * X[1] * X[2])
    Y = np.random.poisson(rate).astype(float).reshape(1, m)
    return X, Y

def initialize(layer_dims):
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        parameters['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l-1]) * np.sqrt(1. / layer_dims[l-1])
        parameters['b' + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters

def relu(Z):
    return np.maximum(0, Z)

def forward_pass(X, parameters):
    L = len(parameters) // 2
    A = X
    caches = []
    for l in range(1, L + 1):
        A_prev = A
        Z = np.dot(parameters['W' + str(l)], A_prev) + parameters['b' + str(l)]
        A = relu(Z) if l < L else Z
        caches.append((A_prev, Z))
    return A, caches            # A is log(rate)

def poisson_cost(AL, Y):
    return np.mean(np.exp(AL) - Y * AL)

def backward_pass(AL, Y, parameters, caches):
    grads = {}
    m = Y.shape[1]
    L = len(caches)
    dZ = np.exp(AL) - Y
    for l in reversed(range(1, L + 1)):
        A_prev, Z = caches[l - 1]
        grads['dW' + str(l)] = np.dot(dZ, A_prev.T) / m
        grads['db' + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA_prev = np.dot(parameters['W' + str(l)].T, dZ)
            dZ = dA_prev * (caches[l - 2][1] > 0)
    return grads

def clip_by_global_norm(grads, max_norm):
    norm = math.sqrt(sum(np.sum(g ** 2) for g in grads.values()))
    if norm > max_norm:
        for k in grads:
            grads[k] = grads[k] * (max_norm / norm)
    return grads, norm

def learning_rate(step, total, base=0.15, warmup=50):
    if step < warmup:
        return base * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return 0.5 * base * (1 + math.cos(math.pi * progress))

X_train, Y_train = generate(500)
X_dev, Y_dev = generate(200)
parameters = initialize([3, 16, 8, 1])
num_iterations = 1200
costs = []

for i in range(num_iterations):
    AL, caches = forward_pass(X_train, parameters)
    cost = poisson_cost(AL, Y_train)
    grads = backward_pass(AL, Y_train, parameters, caches)
    grads, norm = clip_by_global_norm(grads, 1.0)
    alpha = learning_rate(i, num_iterations)
    for l in range(1, len(parameters) // 2 + 1):
        parameters['W' + str(l)] = parameters['W' + str(l)] - alpha * grads['dW' + str(l)]
        parameters['b' + str(l)] = parameters['b' + str(l)] - alpha * grads['db' + str(l)]
    if i % 200 == 0 or i == num_iterations - 1:
        costs.append(cost)
        dev_cost = poisson_cost(forward_pass(X_dev, parameters)[0], Y_dev)
        print("Cost after iteration {}: {:.5f} (dev {:.5f}, grad norm {:.3f}, lr {:.4f})".format(i, cost, dev_cost, norm, alpha))

base_cost = poisson_cost(np.full(Y_dev.shape, np.log(Y_train.mean())), Y_dev)
print("constant-rate baseline on dev:", round(base_cost, 5))
