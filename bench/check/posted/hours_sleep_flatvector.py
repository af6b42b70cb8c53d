# Test score from hours of study and hours of sleep. Trainer works on ONE flat vector.
import numpy as np

X = np.array([[3, 5], [5, 1], [10, 2], [6, 1.5], [4, 5.5], [4.5, 1], [9, 2.5], [6, 2]], dtype=float)
y = np.array([[75], [82], [93], [70], [70], [89], [85], [75]], dtype=float)

# Normalize
X = X / np.amax(X, axis=0)
y = y / 100  # Max test score is 100


class Neural_Network(object):
    def __init__(self, Lambda=0.0001):
        self.inputLayerSize = 2
        self.outputLayerSize = 1
        self.hiddenLayerSize = 3
        self.W1 = np.random.randn(self.inputLayerSize, self.hiddenLayerSize)
        self.W2 = np.random.randn(self.hiddenLayerSize, self.outputLayerSize)
        self.Lambda = Lambda

    def forward(self, X):
        self.z2 = np.dot(X, self.W1)
        self.a2 = self.sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W2)
        yHat = self.sigmoid(self.z3)
        return yHat

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def sigmoidPrime(self, z):
        return np.exp(-z) / ((1 + np.exp(-z)) ** 2)

    def costFunction(self, X, y):
        self.yHat = self.forward(X)
        J = 0.5 * np.sum((y - self.yHat) ** 2) / X.shape[0] \
            + (self.Lambda / 2) * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))
        return J

    def costFunctionPrime(self, X, y):
        self.yHat = self.forward(X)
        delta3 = np.multiply(-(y - self.yHat), self.sigmoidPrime(self.z3))
        dJdW2 = np.dot(self.a2.T, delta3) / X.shape[0] + self.Lambda * self.W2
        delta2 = np.dot(delta3, self.W2.T) * self.sigmoidPrime(self.z2)
        dJdW1 = np.dot(X.T, delta2) / X.shape[0] + self.Lambda * self.W1
        return dJdW1, dJdW2

    # Helper functions for interacting with other classes
    def getParams(self):
        return np.concatenate((self.W1.ravel(), self.W2.ravel()))

    def setParams(self, params):
        W1_end = self.hiddenLayerSize * self.inputLayerSize
        self.W1 = np.reshape(params[:W1_end], (self.inputLayerSize, self.hiddenLayerSize))
        self.W2 = np.reshape(params[W1_end:], (self.hiddenLayerSize, self.outputLayerSize))

    def computeGradients(self, X, y):
        dJdW1, dJdW2 = self.costFunctionPrime(X, y)
        return np.concatenate((dJdW1.ravel(), dJdW2.ravel()))


class Trainer(object):
    def __init__(self, N):
        self.N = N
        self.J = []

    def train(self, X, y, scalar=2.0, maxIter=3000):
        for i in range(maxIter):
            params = self.N.getParams()
            grad = self.N.computeGradients(X, y)
            self.N.setParams(params - scalar * grad)
            self.J.append(self.N.costFunction(X, y))
            if i % 500 == 0:
                print("iter", i, "cost", self.J[-1], "|grad|", np.linalg.norm(grad))


np.random.seed(4)
NN = Neural_Network()
T = Trainer(NN)
T.train(X, y)
print("predicted:", np.round(100 * NN.forward(X).ravel(), 1))
print("actual:   ", 100 * y.ravel())
