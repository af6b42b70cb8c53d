import numpy as np

np.random.seed(55)
keep_prob = 0.85
m = 50
X = np.random.randn(3, m)
Y = (X[0] ** 2 + X[1] ** 2 + X[2] ** 2 > 2.5).reshape(1, m) * 1

theta = {'W1': np.random.randn(8, 3) * 0.7, 'b1': np.full((8, 1), 0.01),
         'W2': np.random.randn(6, 8) * 0.5, 'b2': np.full((6, 1), 0.01),
         'W3': np.random.randn(1, 6) * 0.5, 'b3': np.zeros((1, 1))}


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


print("training with", m, "examples")
costs = []
for epoch in range(300):
    Z1 = np.dot(theta['W1'], X) + theta['b1']
    A1 = np.maximum(0, Z1)
    D1 = np.random.rand(*A1.shape) < keep_prob
    A1 = A1 * D1
    A1 = A1 / keep_prob
    Z2 = np.dot(theta['W2'], A1) + theta['b2']
    A2 = np.maximum(0, Z2)
    D2 = np.random.rand(*A2.shape) < keep_prob
    A2 = A2 * D2
    A2 = A2 / keep_prob
    Z3 = np.dot(theta['W3'], A2) + theta['b3']
    A3 = sigmoid(Z3)
    J = -np.mean(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))
    costs.append(J)

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.mean(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(theta['W3'].T, dZ3)
    dA2 = dA2 * D2 / keep_prob
    dZ2 = dA2 * (Z2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.mean(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(theta['W2'].T, dZ2)
    dA1 = dA1 * D1 / keep_prob
    dZ1 = dA1 * (Z1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.mean(dZ1, axis=1, keepdims=True)

    theta['W3'] = theta['W3'] - 0.3 * dW3
    theta['b3'] = theta['b3'] - 0.3 * db3
    theta['W2'] = theta['W2'] - 0.3 * dW2
    theta['b2'] = theta['b2'] - 0.3 * db2
    theta['W1'] = theta['W1'] - 0.3 * dW1
    theta['b1'] = theta['b1'] - 0.3 * db1
    if epoch % 100 == 0:
        print("epoch", epoch, "cost", np.mean(costs[-20:]))
