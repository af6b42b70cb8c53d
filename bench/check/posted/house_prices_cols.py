"""
House price regression, deep learning course style:
X has shape (n_x, m), every column is one house.
2 hidden relu layers, L2 regularization, mini batches, momentum.
"""
import numpy as np


def make_houses(m, seed=3):
    rng = np.random.RandomState(seed)
    area = rng.uniform(40, 220, m)
    rooms = np.clip(np.round(area / 30 + rng.randn(m)), 1, 8)
    age = rng.uniform(0, 80, m)
    dist = rng.exponential(6.0, m)
    price = 30 + 1.9 * area + 8 * rooms - 0.6 * age - 25 * np.log1p(dist)
    price = price + 0.004 * (area - 120) ** 2 + 12 * rng.randn(m)
    return np.vstack([area, rooms, age, dist]), price.reshape(1, m)


def initialize_parameters(layer_dims):
    np.random.seed(1)
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2.0 / layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def relu(Z):
    return np.maximum(0, Z)


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = relu(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = relu(Z2)
    Z3 = np.dot(parameters["W3"], A2) + parameters["b3"]
    return Z3, (X, Z1, A1, Z2, A2, Z3)


def compute_cost(Z3, Y, parameters, lambd):
    m = Y.shape[1]
    mse = np.sum((Z3 - Y) ** 2) / (2 * m)
    l2 = sum(np.sum(parameters["W%d" % l] ** 2) for l in (1, 2, 3))
    return mse + lambd / (2 * m) * l2


def backward_propagation(Y, parameters, cache, lambd):
    X, Z1, A1, Z2, A2, Z3 = cache
    m = Y.shape[1]
    W1, W2, W3 = parameters["W1"], parameters["W2"], parameters["W3"]

    dZ3 = Z3 - Y
    dW3 = 1. / m * np.dot(dZ3, A2.T) + lambd / m * W3
    db3 = 1. / m * np.sum(dZ3, axis=1, keepdims=True)

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, Z2 > 0)
    dW2 = 1. / m * np.dot(dZ2, A1.T) + lambd / m * W2
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, Z1 > 0)
    dW1 = 1. / m * np.dot(dZ1, X.T) + lambd / m * W1
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def random_mini_batches(X, Y, size, seed):
    m = X.shape[1]
    perm = np.random.RandomState(seed).permutation(m)
    Xs, Ys = X[:, perm], Y[:, perm]
    return [(Xs[:, k:k + size], Ys[:, k:k + size]) for k in range(0, m, size)]


def model(X, Y, layer_dims, learning_rate=0.02, beta=0.9, lambd=0.05, epochs=150):
    parameters = initialize_parameters(layer_dims)
    v = {"d" + k: np.zeros_like(p) for k, p in parameters.items()}
    for epoch in range(epochs):
        cost_total = 0
        batches = random_mini_batches(X, Y, 64, seed=epoch)
        for bx, by in batches:
            Z3, cache = forward_propagation(bx, parameters)
            cost_total += compute_cost(Z3, by, parameters, lambd)
            grads = backward_propagation(by, parameters, cache, lambd)
            for k in parameters:
                v["d" + k] = beta * v["d" + k] + (1 - beta) * grads["d" + k]
                parameters[k] = parameters[k] - learning_rate * v["d" + k]
        if epoch % 25 == 0 or epoch == epochs - 1:
            print("Cost after epoch %i: %f" % (epoch, cost_total / len(batches)))
    return parameters


if __name__ == "__main__":
    X, Y = make_houses(800)
    X_train, Y_train, X_test, Y_test = X[:, :640], Y[:, :640], X[:, 640:], Y[:, 640:]
    mu, sd = X_train.mean(axis=1, keepdims=True), X_train.std(axis=1, keepdims=True)
    ymu, ysd = Y_train.mean(), Y_train.std()

    params = model((X_train - mu) / sd, (Y_train - ymu) / ysd, [4, 16, 8, 1])

    pred, _ = forward_propagation((X_test - mu) / sd, params)
    pred = pred * ysd + ymu
    print("test RMSE (k$): %.2f" % np.sqrt(np.mean((pred - Y_test) ** 2)))
    print("always-the-mean RMSE: %.2f" % np.sqrt(np.mean((ymu - Y_test) ** 2)))
