import numpy as np

np.random.seed(1)


def load_flower(m=400):
    """two classes, petals of a flower. X is (2, m), Y is (1, m)"""
    N = m // 2
    X = np.zeros((2, m))
    Y = np.zeros((1, m))
    for j in range(2):
        ix = slice(N * j, N * (j + 1))
        t = np.linspace(j * 3.12, (j + 1) * 3.12, N) + np.random.randn(N) * 0.15
        r = 3 * np.sin(4 * t) + np.random.randn(N) * 0.15
        X[0, ix], X[1, ix] = r * np.sin(t), r * np.cos(t)
        Y[0, ix] = j
    return X, Y


def initialize_parameters(layer_dims):
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) / np.sqrt(layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]

    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.where(Z2 > 0, Z2, 0.01 * Z2)     # leaky relu
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)

    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}
    return A3, cache


def compute_cost(A3, Y):
    m = Y.shape[1]
    logprobs = Y * np.log(A3) + (1 - Y) * np.log(1 - A3)
    return -np.sum(logprobs) / m


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2, W3 = parameters["W2"], parameters["W3"]
    A1, A2, A3, Z2 = cache["A1"], cache["A2"], cache["A3"], cache["Z2"]

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * np.where(Z2 > 0, 1, 0.01)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def update_parameters(parameters, grads, learning_rate):
    for key in parameters:
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters


def nn_model(X, Y, hidden, num_iterations=10000, learning_rate=0.3, print_cost=True):
    parameters = initialize_parameters([X.shape[0]] + hidden + [Y.shape[0]])
    costs = []
    for i in range(num_iterations):
        A3, cache = forward_propagation(X, parameters)
        cost = compute_cost(A3, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
        if i % 100 == 0:
            costs.append(cost)
        if print_cost and i % 1000 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters, costs


X, Y = load_flower()
parameters, costs = nn_model(X, Y, [8, 6])
predictions = (forward_propagation(X, parameters)[0] > 0.5).astype(int)
print("Accuracy: %.1f %%" % (100 * np.mean(predictions == Y)))

try:
    import matplotlib.pyplot as plt
    plt.plot(costs)
    plt.ylabel("cost")
    plt.xlabel("iterations (per hundreds)")
    plt.show()
except ImportError:
    pass
