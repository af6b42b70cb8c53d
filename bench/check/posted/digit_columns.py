import numpy as np

# Small digits 0-9 drawn on 5 x 4 pixels. Every column of X is one example,
# as in the deep learning course.
PATTERNS = [
    "0110 1001 1001 1001 0110",
    "0010 0110 0010 0010 0111",
    "1110 0001 0110 1000 1111",
    "1110 0001 0110 0001 1110",
    "1001 1001 1111 0001 0001",
    "1111 1000 1110 0001 1110",
    "0111 1000 1111 1001 0110",
    "1111 0001 0010 0100 0100",
    "0110 1001 0110 1001 0110",
    "0110 1001 0111 0001 1110",
]


def make_data(copies=40, noise=0.25, seed=3):
    rng = np.random.RandomState(seed)
    cols, labels = [], []
    for d, p in enumerate(PATTERNS):
        pix = np.array([float(c) for c in p.replace(" ", "")])
        for _ in range(copies):
            cols.append(pix + noise * rng.randn(pix.size))
            labels.append(d)
    X = np.array(cols).T
    Y = np.eye(10)[labels].T
    return X, Y


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    parameters = {
        "W1": np.random.randn(n_h, n_x) * np.sqrt(1.0 / n_x),
        "b1": np.zeros((n_h, 1)),
        "W2": np.random.randn(n_y, n_h) * np.sqrt(1.0 / n_h),
        "b2": np.zeros((n_y, 1)),
    }
    return parameters


def softmax(Z):
    expZ = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return expZ / np.sum(expZ, axis=0, keepdims=True)


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = softmax(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


def compute_cost(A2, Y):
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(A2 + 1e-12)) / m
    return float(np.squeeze(cost))


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2 = parameters["W2"]
    A1 = cache["A1"]
    A2 = cache["A2"]

    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)

    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return grads


def update_parameters(parameters, grads, learning_rate):
    for key in parameters:
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters


def nn_model(X, Y, n_h, num_iterations=3000, learning_rate=0.4, print_cost=False):
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        cost = compute_cost(A2, Y)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
        if print_cost and i % 500 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters


def predict(parameters, X):
    A2, _ = forward_propagation(X, parameters)
    return np.argmax(A2, axis=0)


X_train, Y_train = make_data()
X_test, Y_test = make_data(copies=10, seed=77)
parameters = nn_model(X_train, Y_train, n_h=15, print_cost=True)
print("Train accuracy:", np.mean(predict(parameters, X_train) == np.argmax(Y_train, axis=0)))
print("Test accuracy:", np.mean(predict(parameters, X_test) == np.argmax(Y_test, axis=0)))
