# Digit recognizer from scratch (my first kaggle notebook). Columns are examples!
import numpy as np
try:
    from matplotlib import pyplot as plt
except ImportError:
    plt = None

np.random.seed(1)


def fake_mnist(m):
    # 10 smooth random 7x7 "digits"
    base = np.random.RandomState(77).rand(10, 49) > 0.6
    labels = np.random.randint(0, 10, m)
    pix = base[labels] * 200 + np.random.randint(0, 120, (m, 49))
    return np.column_stack([labels, np.clip(pix, 0, 255)])


data = fake_mnist(800)
m, n = data.shape
np.random.shuffle(data)

data_dev = data[0:200].T
Y_dev = data_dev[0]
X_dev = data_dev[1:n] / 255.

data_train = data[200:m].T
Y_train = data_train[0]
X_train = data_train[1:n]
X_train = X_train / 255.
_, m_train = X_train.shape


def init_params():
    W1 = np.random.rand(10, 49) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1, b1, W2, b2


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    expZ = np.exp(Z - Z.max(axis=0))
    return expZ / expZ.sum(axis=0)


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def ReLU_deriv(Z):
    return Z > 0


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, Y.max() + 1))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    one_hot_Y = one_hot(Y)
    dZ2 = A2 - one_hot_Y
    dW2 = 1 / m_train * dZ2.dot(A1.T)
    db2 = 1 / m_train * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m_train * dZ1.dot(X.T)
    db1 = 1 / m_train * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def get_predictions(A2):
    return np.argmax(A2, 0)


def get_accuracy(predictions, Y):
    return np.sum(predictions == Y) / Y.size


def gradient_descent(X, Y, alpha, iterations):
    W1, b1, W2, b2 = init_params()
    for i in range(iterations):
        Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y)
        W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
        if i % 50 == 0:
            loss = -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-10))
            print("Iteration:", i, "loss:", round(loss, 4), "acc:", get_accuracy(get_predictions(A2), Y))
    return W1, b1, W2, b2


W1, b1, W2, b2 = gradient_descent(X_train, Y_train, 0.3, 401)
dev_predictions = get_predictions(forward_prop(W1, b1, W2, b2, X_dev)[-1])
print("dev accuracy:", get_accuracy(dev_predictions, Y_dev))

if plt is not None and False:
    plt.imshow(X_dev[:, 0].reshape(7, 7), cmap='gray')
    plt.show()
