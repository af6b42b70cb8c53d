## Machine learning course, programming exercise: neural network learning
## (my translation of the exercise from Octave to Python)
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def addOnes(A):
    return np.hstack((np.ones((A.shape[0], 1)), A))


def randInitializeWeights(L_in, L_out, epsilon_init=0.6):
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def reshapeParams(nn_params, sizes):
    n, h, K = sizes
    split = h * (n + 1)
    Theta1 = nn_params[:split].reshape(h, n + 1)
    Theta2 = nn_params[split:].reshape(K, h + 1)
    return Theta1, Theta2


def nnCostFunction(nn_params, sizes, X, y, lambda_):
    Theta1, Theta2 = reshapeParams(nn_params, sizes)
    m = X.shape[0]
    K = sizes[2]

    # Part 1: feedforward
    a1 = addOnes(X)                 # m x (n+1)
    z2 = a1.dot(Theta1.T)           # m x h
    a2 = addOnes(sigmoid(z2))       # m x (h+1)
    z3 = a2.dot(Theta2.T)
    a3 = sigmoid(z3)                # m x K

    Y = np.eye(K)[y]
    J = np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3)) / m
    J += lambda_ / (2.0 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # Part 2: backpropagation
    delta3 = a3 - Y
    delta2 = delta3.dot(Theta2[:, 1:]) * sigmoidGradient(z2)
    Theta1_grad = delta2.T.dot(a1) / m
    Theta2_grad = delta3.T.dot(a2) / m

    # Part 3: regularization
    Theta1_grad[:, 1:] += lambda_ / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lambda_ / m * Theta2[:, 1:]

    return J, np.concatenate((Theta1_grad.ravel(), Theta2_grad.ravel()))


def predict(nn_params, sizes, X):
    Theta1, Theta2 = reshapeParams(nn_params, sizes)
    h1 = sigmoid(addOnes(X).dot(Theta1.T))
    h2 = sigmoid(addOnes(h1).dot(Theta2.T))
    return np.argmax(h2, axis=1)


def computeNumericalGradient(J, theta, e=1e-4):
    numgrad = np.zeros_like(theta)
    perturb = np.zeros_like(theta)
    for p in range(theta.size):
        perturb[p] = e
        numgrad[p] = (J(theta + perturb)[0] - J(theta - perturb)[0]) / (2 * e)
        perturb[p] = 0
    return numgrad


def loadData(m_per_class):
    # four clouds far off the origin plus a ring of a fifth class in between
    centers = np.array([[4, 1], [7, 1], [4, 4], [7, 4]], dtype=float)
    parts, labels = [], []
    for k, c in enumerate(centers):
        parts.append(c + 0.45 * np.random.randn(m_per_class, 2))
        labels.append(np.full(m_per_class, k))
    parts.append(np.array([5.5, 2.5]) + 0.4 * np.random.randn(m_per_class, 2))
    labels.append(np.full(m_per_class, 4))
    return np.vstack(parts), np.concatenate(labels)


np.random.seed(12)
X, y = loadData(60)
mu, sigma = X.mean(axis=0), X.std(axis=0)
X = (X - mu) / sigma
sizes = (2, 10, 5)

nn_params = np.concatenate((randInitializeWeights(2, 10).ravel(),
                            randInitializeWeights(10, 5).ravel()))

# the check that the exercise asks for, on 20 of the examples
costFunc = lambda p: nnCostFunction(p, sizes, X[::15], y[::15], 3.0)
numgrad, grad = computeNumericalGradient(costFunc, nn_params), costFunc(nn_params)[1]
print("Relative difference: %g" % (np.linalg.norm(numgrad - grad) / np.linalg.norm(numgrad + grad)))

lambda_ = 0.3
alpha = 2.0
for i in range(6001):
    J, grad = nnCostFunction(nn_params, sizes, X, y, lambda_)
    nn_params = nn_params - alpha * grad
    if i % 1000 == 0:
        print("Iteration %4d | Cost: %.6f" % (i, J))

print("Training set accuracy: %.1f" % (np.mean(predict(nn_params, sizes, X) == y) * 100))
