import numpy as np

np.random.seed(1729)
input_layer_size, hidden_layer_size, num_labels = 4, 6, 3
m = 45
X = np.random.randn(m, input_layer_size)
labels = np.argmax(np.abs(X[:, :3]), axis=1)
Y = (labels[:, None] == np.arange(num_labels)) * 1.0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


def roll(nn_params):
    cut = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:cut].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[cut:].reshape(num_labels, hidden_layer_size + 1)
    return Theta1, Theta2


def unroll(*thetas):
    return np.concatenate([t.ravel() for t in thetas])


def costFunction(nn_params, Lambda):
    Theta1, Theta2 = roll(nn_params)
    a1 = np.c_[np.ones(m), X]
    z2 = a1.dot(Theta1.T)
    a2 = np.c_[np.ones(m), sigmoid(z2)]
    z3 = a2.dot(Theta2.T)
    a3 = sigmoid(z3)
    J = -np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3)) / m
    J += Lambda / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    d3 = a3 - Y
    d2 = d3.dot(Theta2[:, 1:]) * sigmoidGradient(z2)
    Theta1_grad = d2.T.dot(a1) / m
    Theta2_grad = d3.T.dot(a2) / m
    Theta1_grad[:, 1:] += Lambda / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += Lambda / m * Theta2[:, 1:]
    return J, unroll(Theta1_grad, Theta2_grad)


epsilon_init = 0.5
nn_params = np.random.uniform(-epsilon_init, epsilon_init, hidden_layer_size * (input_layer_size + 1) + num_labels * (hidden_layer_size + 1))
alpha = 1.0
for it in range(250):
    J, grad = costFunction(nn_params, Lambda=0.1)
    nn_params = nn_params - alpha * grad
    if it % 50 == 0:
        print('Iteration', it, 'cost', J)
