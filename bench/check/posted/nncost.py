import numpy as np

# translated from my Octave code. y goes from 1 to num_labels like in Octave

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)

def randInitializeWeights(L_in, L_out):
    epsilon_init = np.sqrt(6) / np.sqrt(L_in + L_out)
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init

def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lam):
    n1 = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:n1].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[n1:].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]

    # Part 1: feedforward
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1 @ Theta1.T
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = a2 @ Theta2.T
    h = sigmoid(z3)

    I = np.eye(num_labels)
    Y = I[y - 1, :]
    J = np.sum(-Y * np.log(h) - (1 - Y) * np.log(1 - h)) / m
    J = J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # Part 2: backpropagation
    Delta1 = np.zeros(Theta1.shape)
    Delta2 = np.zeros(Theta2.shape)
    for t in range(m):
        d3 = h[t, :] - Y[t, :]
        d2 = (Theta2.T @ d3)[1:] * sigmoidGradient(z2[t, :])
        Delta1 = Delta1 + np.outer(d2, a1[t, :])
        Delta2 = Delta2 + np.outer(d3, a2[t, :])

    Theta1_grad = Delta1 / m
    Theta2_grad = Delta2 / m

    # Part 3: regularization
    Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] = Theta2_grad[:, 1:] + lam / m * Theta2[:, 1:]

    grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    return J, grad

def predict(Theta1, Theta2, X):
    m = X.shape[0]
    h1 = sigmoid(np.hstack([np.ones((m, 1)), X]) @ Theta1.T)
    h2 = sigmoid(np.hstack([np.ones((m, 1)), h1]) @ Theta2.T)
    return np.argmax(h2, axis=1) + 1

# ---------- data: three noisy clouds, class 3 lies around the other two
np.random.seed(1)
n = 40
ang = np.random.rand(n) * 2 * np.pi
X = np.vstack([
    np.random.randn(n, 2) * 0.35 + [0.8, 0.0],
    np.random.randn(n, 2) * 0.35 + [-0.8, 0.0],
    np.column_stack([2.4 * np.cos(ang), 2.4 * np.sin(ang)]) + 0.2 * np.random.randn(n, 2),
])
y = np.repeat([1, 2, 3], n)

input_layer_size = 2
hidden_layer_size = 8
num_labels = 3
lam = 0.05
alpha = 1.0

Theta1 = randInitializeWeights(input_layer_size, hidden_layer_size)
Theta2 = randInitializeWeights(hidden_layer_size, num_labels)
nn_params = np.concatenate([Theta1.ravel(), Theta2.ravel()])

for it in range(1, 1001):
    J, grad = nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lam)
    nn_params = nn_params - alpha * grad
    if it % 100 == 0 or it == 1:
        print('Iteration %4d | Cost: %4.6f' % (it, J))

n1 = hidden_layer_size * (input_layer_size + 1)
Theta1 = nn_params[:n1].reshape(hidden_layer_size, input_layer_size + 1)
Theta2 = nn_params[n1:].reshape(num_labels, hidden_layer_size + 1)
print('Training Set Accuracy: %f' % (np.mean(predict(Theta1, Theta2, X) == y) * 100))
