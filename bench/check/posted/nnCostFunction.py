"""Exercise 4 of the ML course, moved from Octave to numpy."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def randInitializeWeights(L_in, L_out):
    epsilon_init = np.sqrt(6) / np.sqrt(L_in + L_out)
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lam):
    # Reshape nn_params back into Theta1 and Theta2
    split = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:split].reshape((hidden_layer_size, input_layer_size + 1), order='F')
    Theta2 = nn_params[split:].reshape((num_labels, hidden_layer_size + 1), order='F')
    m = X.shape[0]

    # y is 1..num_labels
    Y = np.eye(num_labels)[y - 1]

    # feedforward
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1 @ Theta1.T
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = a2 @ Theta2.T
    h = sigmoid(z3)

    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
    J = J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # backpropagation, example by example as in the lecture
    Theta1_grad = np.zeros(Theta1.shape)
    Theta2_grad = np.zeros(Theta2.shape)
    for t in range(m):
        a1t = a1[t, :].reshape(-1, 1)
        a2t = a2[t, :].reshape(-1, 1)
        delta3 = (h[t, :] - Y[t, :]).reshape(-1, 1)
        delta2 = Theta2[:, 1:].T @ delta3 * sigmoidGradient(z2[t, :].reshape(-1, 1))
        Theta2_grad = Theta2_grad + delta3 @ a2t.T
        Theta1_grad = Theta1_grad + delta2 @ a1t.T

    Theta1_grad = Theta1_grad / m
    Theta2_grad = Theta2_grad / m
    # the bias column is not regularised
    Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] = Theta2_grad[:, 1:] + lam / m * Theta2[:, 1:]

    # Unroll
    grad = np.concatenate([Theta1_grad.ravel(order='F'), Theta2_grad.ravel(order='F')])
    return J, grad


def predict(nn_params, input_layer_size, hidden_layer_size, num_labels, X):
    split = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:split].reshape((hidden_layer_size, input_layer_size + 1), order='F')
    Theta2 = nn_params[split:].reshape((num_labels, hidden_layer_size + 1), order='F')
    m = X.shape[0]
    h1 = sigmoid(np.hstack([np.ones((m, 1)), X]) @ Theta1.T)
    h2 = sigmoid(np.hstack([np.ones((m, 1)), h1]) @ Theta2.T)
    return np.argmax(h2, axis=1) + 1


if __name__ == '__main__':
    np.random.seed(0)
    input_layer_size, hidden_layer_size, num_labels = 16, 8, 4
    m = 160
    proto = np.random.rand(num_labels, input_layer_size)
    y = np.random.randint(1, num_labels + 1, m)
    X = proto[y - 1] + 0.25 * np.random.randn(m, input_layer_size)

    initial_Theta1 = randInitializeWeights(input_layer_size, hidden_layer_size)
    initial_Theta2 = randInitializeWeights(hidden_layer_size, num_labels)
    theta = np.concatenate([initial_Theta1.ravel(order='F'), initial_Theta2.ravel(order='F')])

    alpha = 0.8
    lam = 1.0
    for it in range(400):
        J, grad = nnCostFunction(theta, input_layer_size, hidden_layer_size, num_labels, X, y, lam)
        theta = theta - alpha * grad
        if it % 50 == 0:
            print('Iteration %4d | Cost: %f' % (it, J))

    p = predict(theta, input_layer_size, hidden_layer_size, num_labels, X)
    print('Training Set Accuracy: %f' % (np.mean(p == y) * 100))
