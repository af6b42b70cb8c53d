# The smallest network that can do XOR, step by step
# --------------------------------------------------
# (code for my blog post "Backprop on a napkin")
import numpy as np


def nonlin(x, deriv=False):
    # with deriv=True we expect x to be the OUTPUT of the sigmoid already
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


# Our whole "data set". The third column is always one and plays the part of the bias.
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]])

# what we want to get
y = np.array([[0],
              [1],
              [1],
              [0]])

np.random.seed(5)

# weights, random with mean zero
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1

alpha = 1.0

for j in range(60000):

    # forward through layers 0, 1 and 2
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))

    # how far did we miss?
    l2_error = y - l2

    if j % 10000 == 0:
        print("Error: " + str(np.mean(np.abs(l2_error))))

    # in which direction is the target, and how sure were we?
    l2_delta = l2_error * nonlin(l2, deriv=True)

    # how much did each l1 value contribute to the l2 error?
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)

    # update
    syn1 = syn1 + alpha * np.dot(l1.T, l2_delta)
    syn0 = syn0 + alpha * np.dot(l0.T, l1_delta)

print("Output after training:")
print(l2)
