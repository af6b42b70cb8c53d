import numpy as np

np.random.seed(14)
X = np.random.randn(24, 4)
T = np.tanh(X @ np.random.randn(4, 2))
W1, b1 = np.random.randn(4, 6) * 0.4, np.zeros(6)
W2, b2 = np.random.randn(6, 2) * 0.4, np.zeros(2)
hidden = np.empty((24, 6))
output = np.empty((24, 2))
dhidden = np.empty((24, 6))
gW1, gW2 = np.empty_like(W1), np.empty_like(W2)
step = 0.1

for it in range(300):
    np.dot(X, W1, out=hidden)
    np.add(hidden, b1, out=hidden)
    np.tanh(hidden, out=hidden)
    np.dot(hidden, W2, out=output)
    np.add(output, b2, out=output)
    residual = np.subtract(output, T)
    cost = np.mean(np.sum(np.square(residual), axis=1)) / 2
    residual /= len(X)
    np.dot(hidden.T, residual, out=gW2)
    gb2 = residual.sum(axis=0)
    np.dot(residual, W2.T, out=dhidden)
    slope = 1.0 - np.square(hidden)
    np.multiply(dhidden, slope, out=dhidden)
    np.dot(X.T, dhidden, out=gW1)
    gb1 = dhidden.sum(axis=0)
    W2 -= step * gW2
    b2 -= step * gb2
    W1 -= step * gW1
    b1 -= step * gb1
    if it % 100 == 0:
        print(cost)
