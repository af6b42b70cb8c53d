import numpy as np

# xor, every column is a sample
X = np.array([[0., 0., 1., 1.],
              [0., 1., 0., 1.]])
Y = np.array([[0., 1., 1., 0.]])
m = X.shape[1]

np.random.seed(6)
W1 = np.random.randn(4, 2)
b1 = np.zeros((4, 1))
W2 = np.random.randn(1, 4)
b2 = np.zeros((1, 1))

alpha = 0.3
tol = 2e-8
max_iter = 40000
prev_cost = np.inf

for it in range(max_iter):
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = 1 / (1 + np.exp(-Z2))

    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    if it % 1000 == 0:
        print(it, cost)
    if abs(prev_cost - cost) < tol:
        print("converged after", it, "iterations")
        break
    prev_cost = cost

    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2

print("cost", cost)
print(np.round(A2, 3))
