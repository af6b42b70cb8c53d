import numpy as np

np.random.seed(24)
lam = 0.1
X = np.random.randn(25, 3)
y = (np.sin(X[:, 0]) + X[:, 1] > 0).astype(float).reshape(-1, 1)
m = X.shape[0]
Theta1 = np.random.randn(5, 4) * 0.4
Theta2 = np.random.randn(1, 6) * 0.4


def g(z):
    return 1 / (1 + np.exp(-z))


def g_prime(z):
    return g(z) * (1 - g(z))


J_history = []
for i in range(200):
    a1 = np.c_[np.ones((m, 1)), X]
    z2 = a1.dot(Theta1.T)
    a2 = np.c_[np.ones((m, 1)), g(z2)]
    z3 = a2.dot(Theta2.T)
    h = g(z3)
    J = (1 / m) * np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h))
    J = J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    delta3 = h - y
    delta2 = delta3.dot(Theta2[:, 1:]) * g_prime(z2)
    Theta1_grad = delta2.T.dot(a1) / m
    Theta2_grad = delta3.T.dot(a2) / m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    Theta1 = Theta1 - 0.8 * Theta1_grad
    Theta2 = Theta2 - 0.8 * Theta2_grad
    J_history.append(J)
print(J_history[0], J_history[-1])
