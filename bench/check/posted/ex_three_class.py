# Neural network for 3 classes, one hidden layer.
# Notation is same as in the lectures: Theta has the bias weights in column 0,
# every row of X is one training example.
import numpy as np

np.random.seed(3)


def makeData(perClass):
    centers = np.array([[5.0, 3.4, 1.5, 0.2],
                        [5.9, 2.8, 4.3, 1.3],
                        [6.6, 3.0, 5.4, 2.0]])
    spread = np.array([0.35, 0.35, 0.4, 0.22])
    X = np.zeros((3 * perClass, 4))
    y = np.zeros(3 * perClass, dtype=int)
    for k in range(3):
        rows = slice(k * perClass, (k + 1) * perClass)
        X[rows] = centers[k] + spread * np.random.randn(perClass, 4)
        y[rows] = k
    return X, y


def featureNormalize(X):
    mu = X.mean(axis=0)
    sigma = X.std(axis=0)
    return (X - mu) / sigma


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def randInitializeWeights(L_in, L_out):
    epsilon_init = 0.3
    return np.random.rand(L_out, 1 + L_in) * 2 * epsilon_init - epsilon_init


def nnCostFunction(Theta1, Theta2, X, Y, lam):
    m = X.shape[0]

    # forward propagation
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = np.dot(a1, Theta1.T)
    a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
    z3 = np.dot(a2, Theta2.T)
    h = sigmoid(z3)

    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
    J = J + lam / (2.0 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # back propagation
    d3 = h - Y
    d2 = np.dot(d3, Theta2[:, 1:]) * sigmoidGradient(z2)

    Theta1_grad = np.dot(d2.T, a1) / m
    Theta2_grad = np.dot(d3.T, a2) / m

    # regularization (not for the bias column)
    Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] = Theta2_grad[:, 1:] + lam / m * Theta2[:, 1:]

    return J, Theta1_grad, Theta2_grad


def predict(Theta1, Theta2, X):
    m = X.shape[0]
    h1 = sigmoid(np.dot(np.hstack([np.ones((m, 1)), X]), Theta1.T))
    h2 = sigmoid(np.dot(np.hstack([np.ones((m, 1)), h1]), Theta2.T))
    return np.argmax(h2, axis=1)


X, y = makeData(100)
X = featureNormalize(X)
num_labels = 3
Y = np.eye(num_labels)[y]

Theta1 = randInitializeWeights(4, 6)
Theta2 = randInitializeWeights(6, num_labels)

alpha = 0.8
lam = 0.5
num_iters = 10000
for it in range(num_iters):
    J, g1, g2 = nnCostFunction(Theta1, Theta2, X, Y, lam)
    Theta1 = Theta1 - alpha * g1
    Theta2 = Theta2 - alpha * g2
    if it % 1000 == 0:
        print("Iteration %5d | Cost: %.6f" % (it, J))

pred = predict(Theta1, Theta2, X)
print("Training Set Accuracy: %.2f" % (np.mean(pred == y) * 100))
