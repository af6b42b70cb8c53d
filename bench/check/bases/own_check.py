import numpy as np

np.random.seed(20)
X = np.random.randn(15, 3)
y = np.random.randint(0, 2, (15, 1))
W1 = np.random.randn(3, 4) * 0.5
b1 = np.zeros((1, 4))
W2 = np.random.randn(4, 1) * 0.5
b2 = np.zeros((1, 1))


def predict(W1, b1, W2, b2):
    h = np.tanh(X.dot(W1) + b1)
    return h, 1 / (1 + np.exp(-(h.dot(W2) + b2)))


def loss_of(W1, b1, W2, b2):
    _, p = predict(W1, b1, W2, b2)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def gradients(W1, b1, W2, b2):
    n = X.shape[0]
    h, p = predict(W1, b1, W2, b2)
    dz2 = (p - y) / n
    dW2 = h.T.dot(dz2)
    db2 = np.sum(dz2, axis=0, keepdims=True)
    dh = dz2.dot(W2.T)
    dz1 = dh * (1 - np.power(h, 2))
    dW1 = X.T.dot(dz1)
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dW1, db1, dW2, db2


def check_one(eps=1e-5):
    numeric = np.zeros_like(W1)
    for i in range(W1.shape[0]):
        for j in range(W1.shape[1]):
            old = W1[i, j]
            W1[i, j] = old + eps
            up = loss_of(W1, b1, W2, b2)
            W1[i, j] = old - eps
            down = loss_of(W1, b1, W2, b2)
            W1[i, j] = old
            numeric[i, j] = (up - down) / (2 * eps)
    return np.abs(numeric - gradients(W1, b1, W2, b2)[0]).max()


print("gradient check", check_one())
for it in range(400):
    loss = loss_of(W1, b1, W2, b2)
    dW1, db1, dW2, db2 = gradients(W1, b1, W2, b2)
    W1 -= 0.5 * dW1
    b1 -= 0.5 * db1
    W2 -= 0.5 * dW2
    b2 -= 0.5 * db2
    if it % 100 == 0:
        print(it, loss)
