# Simple 784-style MLP but on tiny 8x8 fake digits so it runs in a second
import numpy as np

np.random.seed(123)

# ---- data -------------------------------------------------
n_classes = 5
protos = (np.random.rand(n_classes, 64) > 0.5).astype(float)
labels = np.random.randint(0, n_classes, 600)
images = protos[labels] + 0.6 * np.random.randn(600, 64)
x_train, y_train = images[:500], labels[:500]
x_test, y_test = images[500:], labels[500:]

# ---- hyper params -----------------------------------------
hidden_size = 32
batch_size = 50
lr = 0.1
num_epochs = 12

W1 = np.random.randn(64, hidden_size) * np.sqrt(2.0 / 64)
b1 = np.zeros(hidden_size)
W2 = np.random.randn(hidden_size, n_classes) * np.sqrt(2.0 / hidden_size)
b2 = np.zeros(n_classes)


def relu(z):
    return np.maximum(0, z)


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def forward(x):
    z1 = x.dot(W1) + b1
    a1 = relu(z1)
    z2 = a1.dot(W2) + b2
    return z1, a1, softmax(z2)


for epoch in range(num_epochs):
    perm = np.random.permutation(len(x_train))
    x_train = x_train[perm]
    y_train = y_train[perm]
    running_loss = 0
    for start in range(0, len(x_train), batch_size):
        xb = x_train[start:start + batch_size]
        yb = y_train[start:start + batch_size]
        n = len(xb)

        z1, a1, probs = forward(xb)
        loss = -np.mean(np.log(probs[np.arange(n), yb] + 1e-9))
        running_loss += loss

        # backprop
        dz2 = probs.copy()
        dz2[np.arange(n), yb] -= 1
        dz2 /= n
        dW2 = a1.T.dot(dz2)
        db2 = dz2.sum(axis=0)
        da1 = dz2.dot(W2.T)
        dz1 = da1 * (z1 > 0)
        dW1 = xb.T.dot(dz1)
        db1 = dz1.sum(axis=0)

        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2

    pred = np.argmax(forward(x_test)[2], axis=1)
    print("Epoch {}/{} - loss: {:.4f} - test acc: {:.3f}".format(
        epoch + 1, num_epochs, running_loss / (len(x_train) / batch_size), np.mean(pred == y_test)))
