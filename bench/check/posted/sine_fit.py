# fitting a sine with a 1-20-1 network, sigmoid everywhere
# the output neuron is a sigmoid too so the sine is squeezed into 0..1
import numpy as np

np.random.seed(5)

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1.0 - s)

x = np.linspace(-1, 1, 200).reshape(-1, 1)
y = np.sin(np.pi * x)
y = (y + 1) / 2 * 0.8 + 0.1

n_hidden = 20
weights_ih = np.random.normal(0, 2.0, (1, n_hidden))
bias_h = np.random.normal(0, 1.0, (1, n_hidden))
weights_ho = np.random.normal(0, 0.5, (n_hidden, 1))
bias_o = np.zeros((1, 1))

learning_rate = 2.0
batch = 20
epochs = 2500

for epoch in range(1, epochs + 1):
    perm = np.random.permutation(len(x))
    x_shuf = x[perm]
    y_shuf = y[perm]

    for start in range(0, len(x), batch):
        xb = x_shuf[start:start + batch]
        yb = y_shuf[start:start + batch]

        # forward
        z_h = xb @ weights_ih + bias_h
        a_h = sigmoid(z_h)
        z_o = a_h @ weights_ho + bias_o
        a_o = sigmoid(z_o)

        # backward, loss = 1/2 mean (a_o - yb)^2
        delta_o = (a_o - yb) * sigmoid_prime(z_o)
        delta_h = (delta_o @ weights_ho.T) * sigmoid_prime(z_h)

        weights_ho -= learning_rate * (a_h.T @ delta_o) / batch
        bias_o -= learning_rate * delta_o.mean(axis=0, keepdims=True)
        weights_ih -= learning_rate * (xb.T @ delta_h) / batch
        bias_h -= learning_rate * delta_h.mean(axis=0, keepdims=True)

    if epoch % 250 == 0:
        out = sigmoid(sigmoid(x @ weights_ih + bias_h) @ weights_ho + bias_o)
        print("epoch", epoch, "mse", np.mean((out - y) ** 2))

out = sigmoid(sigmoid(x @ weights_ih + bias_h) @ weights_ho + bias_o)
back = ((out - 0.1) / 0.8) * 2 - 1
for i in range(0, 200, 25):
    print("x=%.2f  sin=%.3f  net=%.3f" % (x[i, 0], np.sin(np.pi * x[i, 0]), back[i, 0]))

try:
    import matplotlib.pyplot as plt
    plt.plot(x, np.sin(np.pi * x))
    plt.plot(x, back)
    plt.show()
except ImportError:
    pass
