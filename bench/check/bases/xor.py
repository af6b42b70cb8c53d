import numpy as np

np.random.seed(5)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_derivative(a):
    return a * (1.0 - a)


inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
expected = np.array([[0], [1], [1], [0]])
lr = 0.5
hidden_weights = np.random.uniform(-1, 1, size=(2, 3))
hidden_bias = np.random.uniform(-1, 1, size=(1, 3))
output_weights = np.random.uniform(-1, 1, size=(3, 1))
output_bias = np.random.uniform(-1, 1, size=(1, 1))

for epoch in range(5000):
    hidden_input = np.dot(inputs, hidden_weights) + hidden_bias
    hidden_output = sigmoid(hidden_input)
    final_input = np.dot(hidden_output, output_weights) + output_bias
    predicted = sigmoid(final_input)

    error = expected - predicted
    if epoch % 1000 == 0:
        print("Error:", np.mean(np.abs(error)))
    d_predicted = error * sigmoid_derivative(predicted)
    error_hidden = d_predicted.dot(output_weights.T)
    d_hidden = error_hidden * sigmoid_derivative(hidden_output)

    output_weights += hidden_output.T.dot(d_predicted) * lr
    output_bias += np.sum(d_predicted, axis=0, keepdims=True) * lr
    hidden_weights += inputs.T.dot(d_hidden) * lr
    hidden_bias += np.sum(d_hidden, axis=0, keepdims=True) * lr
