# Machine Learning course, exercise 4 ported from Octave to Python
# all the parameters are unrolled into one vector nn_params
import numpy as np

input_layer_size = 2
hidden_layer_size = 8
num_labels = 3


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def randInitializeWeights(L_in, L_out):
    epsilon_init = np.sqrt(6) / np.sqrt(L_in + L_out)
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def reshapeParams(nn_params):
    cut = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:cut].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[cut:].reshape(num_labels, hidden_layer_size + 1)
    return Theta1, Theta2


def nnCostFunction(nn_params, X, y, lam):
    Theta1, Theta2 = reshapeParams(nn_params)
    m = X.shape[0]
    Y = np.zeros((m, num_labels))
    Y[np.arange(m), y] = 1

    # Part 1: feedforward
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1 @ Theta1.T
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = a2 @ Theta2.T
    h = sigmoid(z3)

    J = (1 / m) * np.sum(-Y * np.log(h) - (1 - Y) * np.log(1 - h))
    J += lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # Part 2: backpropagation
    delta3 = h - Y
    delta2 = (delta3 @ Theta2[:, 1:]) * sigmoidGradient(z2)
    Theta1_grad = (delta2.T @ a1) / m
    Theta2_grad = (delta3.T @ a2) / m

    # Part 3: regularization (not for the bias column)
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]

    grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    return J, grad


def predict(nn_params, X):
    Theta1, Theta2 = reshapeParams(nn_params)
    m = X.shape[0]
    h1 = sigmoid(np.hstack([np.ones((m, 1)), X]) @ Theta1.T)
    h2 = sigmoid(np.hstack([np.ones((m, 1)), h1]) @ Theta2.T)
    return np.argmax(h2, axis=1)


np.random.seed(1)
# three arcs
m_class = 70
X = np.zeros((0, 2))
y = np.zeros(0, dtype=int)
for c in range(3):
    ang = np.random.uniform(0, 1.9, m_class) + c * 2 * np.pi / 3
    rad = 1 + 0.15 * np.random.randn(m_class)
    X = np.vstack([X, np.column_stack([rad * np.cos(ang), rad * np.sin(ang)])])
    y = np.append(y, np.full(m_class, c))

nn_params = np.concatenate([randInitializeWeights(input_layer_size, hidden_layer_size).ravel(),
                            randInitializeWeights(hidden_layer_size, num_labels).ravel()])
alpha, lam = 2.0, 0.02
J_prev, it = np.inf, 0
while it < 2500:
    J, grad = nnCostFunction(nn_params, X, y, lam)
    # stop when it doesn't get better any more
    if J_prev - J < 1e-6:
        break
    J_prev = J
    nn_params = nn_params - alpha * grad
    if it % 500 == 0:
        print('Iteration', it, '| Cost:', J)
    it += 1

print('Finished after', it, 'iterations, cost', J)
print('Training Set Accuracy:', np.mean(predict(nn_params, X) == y) * 100)
