import numpy as np

# GRADED-style notebook: L-layer network, examples are columns

def load_circles(m, seed=2):
    np.random.seed(seed)
    r = np.concatenate([np.random.normal(0.4, 0.1, m // 2), np.random.normal(1.1, 0.12, m // 2)])
    th = np.random.rand(m) * 2 * np.pi
    X = np.vstack([r * np.cos(th), r * np.sin(th)])
    Y = np.concatenate([np.zeros(m // 2), np.ones(m // 2)]).reshape(1, m)
    return X, Y

def initialize_parameters_deep(layer_dims):
    np.random.seed(3)
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l-1]) * np.sqrt(2. / layer_dims[l-1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters

def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))

def relu(Z):
    return np.maximum(0, Z)

def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A_prev = A
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = np.dot(W, A_prev) + b
        A = sigmoid(Z) if l == L else relu(Z)
        caches.append((A_prev, W, b, Z))
    return A, caches

def compute_cost(AL, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    L = len(parameters) // 2
    l2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in range(1, L + 1))
    return cross_entropy + lambd / (2 * m) * l2

def linear_backward(dZ, cache, lambd):
    A_prev, W, b, _ = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m + lambd / m * W
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db

def L_model_backward(AL, Y, caches, lambd):
    grads = {}
    L = len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    dZ = dAL * AL * (1 - AL)
    dA, grads["dW" + str(L)], grads["db" + str(L)] = linear_backward(dZ, caches[L-1], lambd)
    for l in reversed(range(L - 1)):
        Z = caches[l][3]
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
        dA, grads["dW" + str(l+1)], grads["db" + str(l+1)] = linear_backward(dZ, caches[l], lambd)
    return grads

def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        parameters["W" + str(l+1)] = parameters["W" + str(l+1)] - learning_rate * grads["dW" + str(l+1)]
        parameters["b" + str(l+1)] = parameters["b" + str(l+1)] - learning_rate * grads["db" + str(l+1)]
    return parameters

def L_layer_model(X, Y, layers_dims, learning_rate=0.3, num_iterations=1200, lambd=0.1, print_cost=True):
    costs = []
    parameters = initialize_parameters_deep(layers_dims)
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y, parameters, lambd)
        grads = L_model_backward(AL, Y, caches, lambd)
        parameters = update_parameters(parameters, grads, learning_rate)
        if print_cost and i % 200 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
        costs.append(cost)
    return parameters, costs

X, Y = load_circles(300)
parameters, costs = L_layer_model(X, Y, [2, 10, 5, 1])
AL, _ = L_model_forward(X, parameters)
print("Final cost:", costs[-1])
print("Accuracy: " + str(np.mean((AL > 0.5) == Y)))
