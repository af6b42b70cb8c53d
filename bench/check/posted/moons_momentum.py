import numpy as np

# Two moons, 2 hidden layers, momentum + L2.  Every example is a COLUMN.

np.random.seed(11)


def load_moons(m, noise=0.15):
    half = m // 2
    t = np.pi * np.random.rand(half)
    upper = np.vstack([np.cos(t), np.sin(t)])
    lower = np.vstack([1 - np.cos(t), 0.4 - np.sin(t)])
    X = np.hstack([upper, lower]) + noise * np.random.randn(2, 2 * half)
    Y = np.hstack([np.zeros((1, half)), np.ones((1, half))])
    return X, Y


def initialize_parameters(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) / np.sqrt(layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def initialize_velocity(parameters):
    return {name: np.zeros_like(value) for name, value in parameters.items()}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]

    A1 = np.tanh(np.dot(W1, X) + b1)
    A2 = np.tanh(np.dot(W2, A1) + b2)
    A3 = sigmoid(np.dot(W3, A2) + b3)
    return A3, (A1, A2, A3)


def compute_cost(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    l2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in (1, 2, 3))
    return cross_entropy + lambd / (2 * m) * l2


def backward_propagation(X, Y, cache, parameters, lambd):
    m = X.shape[1]
    A1, A2, A3 = cache
    W1, W2, W3 = parameters["W1"], parameters["W2"], parameters["W3"]

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m + lambd / m * W3
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dZ2 = np.dot(W3.T, dZ3) * (1 - np.power(A2, 2))
    dW2 = np.dot(dZ2, A1.T) / m + lambd / m * W2
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m + lambd / m * W1
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}


def update_parameters(parameters, grads, velocity, beta, learning_rate):
    for name in parameters:
        velocity[name] = beta * velocity[name] + (1 - beta) * grads[name]
        parameters[name] = parameters[name] - learning_rate * velocity[name]


def model(X, Y, layer_dims, learning_rate=0.5, beta=0.9, lambd=0.3, num_iterations=4000):
    parameters = initialize_parameters(layer_dims)
    velocity = initialize_velocity(parameters)
    for i in range(num_iterations):
        A3, cache = forward_propagation(X, parameters)
        cost = compute_cost(A3, Y, parameters, lambd)
        grads = backward_propagation(X, Y, cache, parameters, lambd)
        update_parameters(parameters, grads, velocity, beta, learning_rate)
        if i % 500 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters


X, Y = load_moons(400)
parameters = model(X, Y, [2, 10, 6, 1])
A3, _ = forward_propagation(X, parameters)
print("Accuracy: %.1f%%" % (100 * np.mean((A3 > 0.5) == (Y > 0.5))))
