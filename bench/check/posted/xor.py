# My first neural net: XOR, 2-4-1, sigmoid everywhere
# no keras, no pytorch, just numpy
import numpy as np

np.random.seed(7)

def sigmoid(x):
    return 1/(1+np.exp(-x))

def sigmoid_deriv(s):
    return s*(1-s)

X = np.array([[0,0],
              [0,1],
              [1,0],
              [1,1]])
y = np.array([[0],[1],[1],[0]])

n_in, n_hid, n_out = 2, 4, 1
lr = 0.8
epochs = 40000

# weights and biases
W1 = np.random.uniform(-1, 1, (n_in, n_hid))
b1 = np.zeros((1, n_hid))
W2 = np.random.uniform(-1, 1, (n_hid, n_out))
b2 = np.zeros((1, n_out))

for i in range(epochs):
    # forward
    hidden = sigmoid(np.dot(X, W1) + b1)
    output = sigmoid(np.dot(hidden, W2) + b2)

    # how far off are we
    error = y - output

    # backward
    d_output = error * sigmoid_deriv(output)
    d_hidden = d_output.dot(W2.T) * sigmoid_deriv(hidden)

    # update
    W2 += lr * hidden.T.dot(d_output)
    b2 += lr * np.sum(d_output, axis=0, keepdims=True)
    W1 += lr * X.T.dot(d_hidden)
    b1 += lr * np.sum(d_hidden, axis=0, keepdims=True)

    if i % 5000 == 0:
        print("epoch", i, "mean abs error", np.mean(np.abs(error)))

print()
print("predictions after training:")
for row, t, p in zip(X, y, output):
    print(row, "target", t[0], "->", round(float(p[0]), 3))
