import numpy as np

np.random.seed(7)
X = np.random.randn(30, 3)
y = (X[:, [0]] - X[:, [1]] > 0).astype(float)
n_hidden = 4
theta = np.random.randn(3 * n_hidden + n_hidden + n_hidden + 1) * 0.5


def unpack(theta):
    W1 = theta[:12].reshape(3, 4)
    b1 = theta[12:16]
    W2 = theta[16:20].reshape(4, 1)
    b2 = theta[20:]
    return W1, b1, W2, b2


def cost_and_grad(theta):
    W1, b1, W2, b2 = unpack(theta)
    m = len(X)
    a1 = 1 / (1 + np.exp(-(X @ W1 + b1)))
    a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    J = -np.mean(y * np.log(a2) + (1 - y) * np.log(1 - a2))
    d2 = a2 - y
    d1 = (d2 @ W2.T) * a1 * (1 - a1)
    gW1 = X.T @ d1 / m
    gb1 = d1.mean(axis=0)
    gW2 = a1.T @ d2 / m
    gb2 = d2.mean(axis=0)
    grad = np.concatenate([gW1.ravel(), gb1, gW2.ravel(), gb2])
    return J, grad


alpha = 1.0
costs = []
for step in range(300):
    J, grad = cost_and_grad(theta)
    theta = theta - alpha * grad
    costs.append(J)
print(costs[0], costs[-1])
