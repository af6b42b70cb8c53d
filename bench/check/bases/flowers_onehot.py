# Hello friends, kindly check my first ANN. Three types of flowers, 4 measurements each,
# hidden layer of 6 neurons. Sigmoid everywhere, error is MSE only.
import numpy as np

np.random.seed(99)
means = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
X = np.concatenate([np.random.normal(mu, 0.3, (20, 4)) for mu in means])
target = np.zeros((60, 3))
for row in range(60):
    target[row, row // 20] = 1

# normalisation is needed, otherwise sigmoid will saturate
X = (X - X.mean(axis=0)) / X.std(axis=0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def derivatives_sigmoid(x):
    return x * (1 - x)


epoch = 300
lr = 0.05
inputlayer_neurons = X.shape[1]
hiddenlayer_neurons = 6
output_neurons = 3

wh = np.random.uniform(-0.5, 0.5, size=(inputlayer_neurons, hiddenlayer_neurons))
bh = np.random.uniform(-0.5, 0.5, size=(1, hiddenlayer_neurons))
wo = np.random.uniform(-0.5, 0.5, size=(hiddenlayer_neurons, output_neurons))
bo = np.random.uniform(-0.5, 0.5, size=(1, output_neurons))

for i in range(epoch):
    # Forward Propagation
    hidden_in = np.dot(X, wh) + bh
    hidden_out = sigmoid(hidden_in)
    output_in = np.dot(hidden_out, wo) + bo
    actual_output = sigmoid(output_in)

    # Backpropagation
    output_error = target - actual_output
    mse = np.sum(output_error ** 2)
    slope_output = derivatives_sigmoid(actual_output)
    slope_hidden = derivatives_sigmoid(hidden_out)
    output_delta = output_error * slope_output
    hidden_error = output_delta.dot(wo.T)
    hidden_delta = hidden_error * slope_hidden
    wo += hidden_out.T.dot(output_delta) * lr
    bo += np.sum(output_delta, axis=0, keepdims=True) * lr
    wh += X.T.dot(hidden_delta) * lr
    bh += np.sum(hidden_delta, axis=0, keepdims=True) * lr
    if i % 50 == 0:
        print("Epoch", i, "MSE is", mse / len(X))

predicted = np.argmax(actual_output, axis=1)
print("Correctly classified:", np.sum(predicted == np.repeat([0, 1, 2], 20)), "out of", len(X))
