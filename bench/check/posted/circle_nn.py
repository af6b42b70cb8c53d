# my first neural net!! points inside / outside of a circle
import numpy as np
np.random.seed(3)

n = 300
X = np.random.uniform(-1, 1, (n, 2))
k = X[:, 0]**2 + X[:, 1]**2 < 0.6
y = k.astype(float).reshape(n, 1)

def f(x):
    return 1 / (1 + np.exp(-x))

h = 10
W = np.random.randn(2, h)
b = np.random.randn(1, h) * 0.1
V = np.random.randn(h, 1)
c = np.zeros((1, 1))
r = 0.05
L = []

for i in range(4000):
    # forward
    z = X.dot(W) + b
    a = f(z)
    q = a.dot(V) + c
    p = f(q)

    # loss = half of the squared error, summed
    e = p - y
    l = 0.5 * np.sum(e**2)
    L.append(l)

    # backward
    d2 = e * p * (1 - p)
    dV = a.T.dot(d2)
    dc = d2.sum(axis=0, keepdims=True)
    d1 = d2.dot(V.T) * a * (1 - a)
    dW = X.T.dot(d1)
    db = d1.sum(axis=0, keepdims=True)

    V = V - r * dV
    c = c - r * dc
    W = W - r * dW
    b = b - r * db

    if i % 500 == 0:
        print(i, l)

g = f(f(X.dot(W) + b).dot(V) + c) > 0.5
print('right:', np.mean(g == k.reshape(n, 1)))
print('loss went from', L[0], 'to', L[-1])

# try some new points
t = np.array([[0.0, 0.0], [0.9, 0.9], [0.3, -0.4], [-0.95, 0.1]])
print(f(f(t.dot(W) + b).dot(V) + c))
