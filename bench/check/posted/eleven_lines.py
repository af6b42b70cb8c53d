import numpy as np

# based on the famous "neural network in 11 lines of python", I only added
# the alphas (learning rates) and more rows: output = 1 when an ODD number
# of the first three inputs is on. last column is always 1 (bias)

alphas = [0.1, 1, 5]
hiddenSize = 16


# compute sigmoid nonlinearity
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# convert output of sigmoid function to its derivative
def sigmoid_output_to_derivative(output):
    return output * (1 - output)


X = np.array([[0, 0, 0, 1],
              [0, 0, 1, 1],
              [0, 1, 0, 1],
              [0, 1, 1, 1],
              [1, 0, 0, 1],
              [1, 0, 1, 1],
              [1, 1, 0, 1],
              [1, 1, 1, 1]])

y = np.array([[0, 1, 1, 0, 1, 0, 0, 1]]).T

for alpha in alphas:
    print("\nTraining With Alpha:" + str(alpha))
    np.random.seed(1)

    # randomly initialize our weights with mean 0
    synapse_0 = 2 * np.random.random((4, hiddenSize)) - 1
    synapse_1 = 2 * np.random.random((hiddenSize, 1)) - 1

    for j in range(20000):

        # Feed forward through layers 0, 1, and 2
        layer_0 = X
        layer_1 = sigmoid(np.dot(layer_0, synapse_0))
        layer_2 = sigmoid(np.dot(layer_1, synapse_1))

        # how much did we miss the target value?
        layer_2_error = layer_2 - y
        if j % 5000 == 0:
            print("Error after " + str(j) + " iterations:" + str(np.mean(np.abs(layer_2_error))))

        # in what direction is the target value?
        layer_2_delta = layer_2_error * sigmoid_output_to_derivative(layer_2)

        # how much did each l1 value contribute to the l2 error?
        layer_1_error = layer_2_delta.dot(synapse_1.T)
        layer_1_delta = layer_1_error * sigmoid_output_to_derivative(layer_1)

        synapse_1 -= alpha * (layer_1.T.dot(layer_2_delta))
        synapse_0 -= alpha * (layer_0.T.dot(layer_1_delta))

    print("Final: " + str(np.round(layer_2.T, 3)))
