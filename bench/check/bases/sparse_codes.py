"""
Sparse autoencoder. Each patch is a column. Cost = reconstruction + weight decay + beta * KL(rho || mean activation)
"""
import numpy as np

np.random.seed(294)
visible_size, hidden_size, m = 9, 6, 50
rho, lambda_, beta = 0.1, 1e-3, 0.3

# 3x3 patches with a bright row or column, squashed into [0.1, 0.9]
patches = 0.2 * np.random.rand(m, 3, 3)
for i in range(m):
    if np.random.rand() < 0.5:
        patches[i, np.random.randint(3), :] += 0.7
    else:
        patches[i, :, np.random.randint(3)] += 0.7
data = 0.1 + 0.8 * patches.reshape(m, 9).T

r = np.sqrt(6.0 / (visible_size + hidden_size + 1))
W1 = np.random.rand(hidden_size, visible_size) * 2 * r - r
W2 = np.random.rand(visible_size, hidden_size) * 2 * r - r
b1 = np.zeros((hidden_size, 1))
b2 = np.zeros((visible_size, 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


alpha = 0.8
for iteration in range(300):
    z2 = W1.dot(data) + b1
    a2 = sigmoid(z2)
    z3 = W2.dot(a2) + b2
    a3 = sigmoid(z3)
    rho_hat = np.mean(a2, axis=1, keepdims=True)
    kl = np.sum(rho * np.log(rho / rho_hat) + (1 - rho) * np.log((1 - rho) / (1 - rho_hat)))
    cost = np.sum((a3 - data) ** 2) / (2 * m) + lambda_ / 2 * (np.sum(W1 ** 2) + np.sum(W2 ** 2)) + beta * kl
    if iteration % 60 == 0:
        print("iteration %d cost %.5f mean activation %.3f" % (iteration, cost, rho_hat.mean()))

    delta3 = (a3 - data) * a3 * (1 - a3)
    sparsity = beta * (-rho / rho_hat + (1 - rho) / (1 - rho_hat))
    delta2 = (W2.T.dot(delta3) + sparsity) * a2 * (1 - a2)
    W2grad = delta3.dot(a2.T) / m + lambda_ * W2
    b2grad = np.mean(delta3, axis=1, keepdims=True)
    W1grad = delta2.dot(data.T) / m + lambda_ * W1
    b1grad = np.mean(delta2, axis=1, keepdims=True)

    W1 = W1 - alpha * W1grad
    W2 = W2 - alpha * W2grad
    b1 = b1 - alpha * b1grad
    b2 = b2 - alpha * b2grad
