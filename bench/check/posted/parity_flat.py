# 3-bit parity with one hidden layer, only numpy.
# Started from the well known "11 lines of python" post, then I added a
# bias column on the hidden layer too and tried several step sizes.
import numpy as np


def nonlin(x, deriv=False):
    # for deriv=True pass the OUTPUT of the sigmoid
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


# last column is always 1 = bias
X = np.array([[0, 0, 0, 1],
              [0, 0, 1, 1],
              [0, 1, 0, 1],
              [0, 1, 1, 1],
              [1, 0, 0, 1],
              [1, 0, 1, 1],
              [1, 1, 0, 1],
              [1, 1, 1, 1]], dtype=float)

y = np.array([[0, 1, 1, 0, 1, 0, 0, 1]], dtype=float).T
ones = np.ones((8, 1))

hidden = 12
alphas = [0.1, 0.5, 2.0]

for alpha in alphas:
    print("\nTraining with alpha =", alpha)
    np.random.seed(1)

    # weights with mean 0
    syn0 = 2 * np.random.random((4, hidden)) - 1
    syn1 = 2 * np.random.random((hidden + 1, 1)) - 1

    for it in range(20001):
        # forward
        l0 = X
        z1 = np.dot(l0, syn0)
        l1 = nonlin(z1)
        l1b = np.hstack([l1, ones])
        z2 = np.dot(l1b, syn1)
        l2 = nonlin(z2)

        # how far are we? (target - output, so we ADD the updates below)
        l2_error = y - l2
        if it % 5000 == 0:
            print("  iter %5d  mean abs error %.4f" % (it, np.mean(np.abs(l2_error))))

        # how much did each thing contribute
        l2_delta = l2_error * nonlin(l2, deriv=True)
        l1_error = l2_delta.dot(syn1[:-1].T)
        l1_delta = l1_error * nonlin(l1, deriv=True)

        syn1 += alpha * l1b.T.dot(l2_delta)
        syn0 += alpha * l0.T.dot(l1_delta)

    print("  output after training:", np.round(l2.ravel(), 2))
