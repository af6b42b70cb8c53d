# My first neural network! XOR, 2 layers, no frameworks
# (followed a blog post and tried to add the biases by myself)
import numpy as np

def nonlin(x, deriv=False):
    if deriv == True:
        # here x is already the output of the sigmoid
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

X = np.array([[0, 0],
              [0, 1],
              [1, 0],
              [1, 1]])
y = np.array([[0],
              [1],
              [1],
              [0]])

np.random.seed(1)

# weights with mean 0
syn0 = 2 * np.random.random((2, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
bias0 = np.zeros((1, 4))
bias1 = np.zeros((1, 1))

for j in range(20000):
    # forward
    l0 = X
    l1 = nonlin(np.dot(l0, syn0) + bias0)
    l2 = nonlin(np.dot(l1, syn1) + bias1)

    # how much did we miss?   loss = 1/2 * sum(l2_error**2)
    l2_error = y - l2
    if (j % 4000) == 0:
        print("Error:" + str(np.mean(np.abs(l2_error))))

    l2_delta = l2_error * nonlin(l2, deriv=True)

    # how much did each l1 value contribute to the l2 error
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)

    syn1 += l1.T.dot(l2_delta)
    syn0 += l0.T.dot(l1_delta)
    bias1 += l2_delta.sum(axis=0, keepdims=True)
    bias0 += l1_delta.sum(axis=0, keepdims=True)

print("Output After Training:")
print(l2)
