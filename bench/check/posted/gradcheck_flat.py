# ex4-style: all weights unrolled in ONE vector nn_params, bias as column of ones
import numpy as np

input_layer_size, hidden_layer_size, num_labels = 16, 10, 4
rand = np.random.RandomState(4)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def randInitializeWeights(L_in, L_out):
    epsilon_init = np.sqrt(6) / np.sqrt(L_in + L_out)
    return rand.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def nnCostFunction(nn_params, X, y, lam):
    split = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:split].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[split:].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]
    Y = np.eye(num_labels)[y]

    # feedforward
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1 @ Theta1.T
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = a2 @ Theta2.T
    a3 = np.clip(sigmoid(z3), 1e-12, 1 - 1e-12)
    J = -np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3)) / m
    J += lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # backpropagation
    delta3 = a3 - Y
    delta2 = (delta3 @ Theta2[:, 1:]) * sigmoidGradient(z2)
    Theta1_grad = delta2.T @ a1 / m
    Theta2_grad = delta3.T @ a2 / m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    return J, np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])


def checkNNGradients(nn_params, X, y, lam, how_many=8):
    _, grad = nnCostFunction(nn_params, X, y, lam)
    e = 1e-4
    worst = 0
    for p in rand.choice(nn_params.size, how_many, replace=False):
        perturb = np.zeros(nn_params.size)
        perturb[p] = e
        numgrad = (nnCostFunction(nn_params + perturb, X, y, lam)[0] -
                   nnCostFunction(nn_params - perturb, X, y, lam)[0]) / (2 * e)
        worst = max(worst, abs(numgrad - grad[p]) / max(abs(numgrad) + abs(grad[p]), 1e-7))
    return worst


def predict(nn_params, X):
    split = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:split].reshape(hidden_layer_size, -1)
    Theta2 = nn_params[split:].reshape(num_labels, -1)
    m = len(X)
    h = sigmoid(np.c_[np.ones(m), X] @ Theta1.T)
    return np.argmax(np.c_[np.ones(m), h] @ Theta2.T, axis=1)


# 4x4 pictures: the bright quadrant is the label
y = rand.randint(0, 4, 200)
X = 0.5 * rand.randn(200, 4, 4)
for k in range(200):
    r, c = 2 * (y[k] // 2), 2 * (y[k] % 2)
    X[k, r:r + 2, c:c + 2] += 0.8
X = X.reshape(200, 16)

nn_params = np.concatenate([randInitializeWeights(input_layer_size, hidden_layer_size).ravel(),
                            randInitializeWeights(hidden_layer_size, num_labels).ravel()])
lam = 1.0
print("gradient check, worst relative difference: %.1e" % checkNNGradients(nn_params, X, y, lam))

velocity = np.zeros_like(nn_params)
alpha, momentum = 0.3, 0.8
for it in range(301):
    J, grad = nnCostFunction(nn_params, X, y, lam)
    velocity = momentum * velocity - alpha * grad
    nn_params = nn_params + velocity
    if it % 50 == 0:
        print("Iteration %4d | Cost: %.6f | Accuracy: %.1f" % (it, J, 100 * np.mean(predict(nn_params, X) == y)))
