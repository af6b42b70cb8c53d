import numpy as np

def make_moons(m):
    half = m // 2
    t = np.random.rand(half) * np.pi
    u = np.random.rand(half) * np.pi
    X = np.hstack([np.vstack([np.cos(t), np.sin(t)]), np.vstack([1 - np.cos(u), 0.5 - np.sin(u)])])
    X = X + np.random.randn(2, m) * 0.15
    Y = np.hstack([np.zeros((1, half)), np.ones((1, half))])
    return X, Y

def initialize_parameters(n_x, n_h1, n_h2, n_y):
    parameters = {
        "W1": np.random.randn(n_h1, n_x) * np.sqrt(2. / n_x),
        "b1": np.zeros((n_h1, 1)),
        "W2": np.random.randn(n_h2, n_h1) * np.sqrt(2. / n_h1),
        "b2": np.zeros((n_h2, 1)),
        "W3": np.random.randn(n_y, n_h2) * np.sqrt(2. / n_h2),
        "b3": np.zeros((n_y, 1)),
    }
    return parameters

def forward_propagation(X, parameters, keep_prob):
    # LINEAR -> RELU -> DROPOUT -> LINEAR -> RELU -> DROPOUT -> LINEAR -> SIGMOID
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.maximum(0, Z1)
    D1 = (np.random.rand(*A1.shape) < keep_prob) / keep_prob
    A1 = A1 * D1
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = np.maximum(0, Z2)
    D2 = (np.random.rand(*A2.shape) < keep_prob) / keep_prob
    A2 = A2 * D2
    Z3 = np.dot(parameters["W3"], A2) + parameters["b3"]
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, D1, A1, Z2, D2, A2)

def compute_cost(A3, Y, parameters, lambd):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3 + 1e-12) + (1 - Y) * np.log(1 - A3 + 1e-12)) / m
    l2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in (1, 2, 3))
    return cross_entropy + lambd / (2 * m) * l2

def backward_propagation(X, Y, A3, cache, parameters, lambd):
    m = X.shape[1]
    (Z1, D1, A1, Z2, D2, A2) = cache
    W1, W2, W3 = parameters["W1"], parameters["W2"], parameters["W3"]

    dZ3 = A3 - Y
    dW3 = 1. / m * np.dot(dZ3, A2.T) + lambd / m * W3
    db3 = 1. / m * np.sum(dZ3, axis=1, keepdims=True)

    dA2 = np.dot(W3.T, dZ3) * D2
    dZ2 = dA2 * (Z2 > 0)
    dW2 = 1. / m * np.dot(dZ2, A1.T) + lambd / m * W2
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)

    dA1 = np.dot(W2.T, dZ2) * D1
    dZ1 = dA1 * (Z1 > 0)
    dW1 = 1. / m * np.dot(dZ1, X.T) + lambd / m * W1
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}

def update_parameters(parameters, grads, learning_rate):
    for name in parameters:
        parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters

def predict(X, parameters):
    A3, _ = forward_propagation(X, parameters, keep_prob=1.0)
    return (A3 > 0.5).astype(int)

def model(X, Y, learning_rate=0.3, num_iterations=3000, lambd=0.1, keep_prob=0.9):
    parameters = initialize_parameters(X.shape[0], 20, 20, 1)
    for i in range(num_iterations):
        A3, cache = forward_propagation(X, parameters, keep_prob)
        cost = compute_cost(A3, Y, parameters, lambd)
        grads = backward_propagation(X, Y, A3, cache, parameters, lambd)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 500 == 0:
            print("Cost after iteration {}: {}".format(i, cost))
    return parameters

np.random.seed(3)
train_X, train_Y = make_moons(300)
test_X, test_Y = make_moons(200)
parameters = model(train_X, train_Y)
print("On the training set:", np.mean(predict(train_X, parameters) == train_Y))
print("On the test set:", np.mean(predict(test_X, parameters) == test_Y))
