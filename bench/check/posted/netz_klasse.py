# Mein erstes neuronales Netz :)  Regression, eine versteckte Schicht
# Daten: Temperatur und Feuchte (schon normiert) -> "Komfort", kuenstlich erzeugt
import numpy as np

rng = np.random.RandomState(7)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_abl(s):
    # s ist schon sigmoid(x)!
    return s * (1.0 - s)


def erzeuge_daten(n):
    t = rng.uniform(-1, 1, n)
    f = rng.uniform(-1, 1, n)
    komfort = np.sin(2.5 * t) - 0.8 * f * t + 0.05 * rng.randn(n)
    return np.column_stack([t, f, komfort])


class NeuronalesNetz:
    def __init__(self, n_ein, n_versteckt, lernrate=0.1, momentum=0.9):
        self.weights1 = rng.randn(n_ein, n_versteckt)
        self.bias1 = np.zeros(n_versteckt)
        self.weights2 = rng.randn(n_versteckt) / np.sqrt(n_versteckt)
        self.bias2 = 0.0
        self.lernrate = lernrate
        self.momentum = momentum
        # Geschwindigkeiten fuer Momentum
        self.v_w1 = np.zeros_like(self.weights1)
        self.v_b1 = np.zeros_like(self.bias1)
        self.v_w2 = np.zeros_like(self.weights2)
        self.v_b2 = 0.0

    def feedforward(self, X):
        self.layer1 = sigmoid(X @ self.weights1 + self.bias1)
        self.output = self.layer1 @ self.weights2 + self.bias2   # linear
        return self.output

    def backprop(self, X, y):
        n = X.shape[0]
        fehler = 2.0 * (self.output - y)        # Ableitung von (o-y)^2
        d_w1 = np.zeros_like(self.weights1)
        d_b1 = np.zeros_like(self.bias1)
        d_w2 = np.zeros_like(self.weights2)
        d_b2 = np.mean(fehler)
        # Schleife ueber die versteckten Neuronen, so verstehe ich es besser
        for j in range(len(self.weights2)):
            d_w2[j] = np.mean(fehler * self.layer1[:, j])
            delta = fehler * self.weights2[j] * sigmoid_abl(self.layer1[:, j])
            d_b1[j] = np.mean(delta)
            for i in range(X.shape[1]):
                d_w1[i, j] = np.mean(delta * X[:, i])
        return d_w1, d_b1, d_w2, d_b2

    def update(self, d_w1, d_b1, d_w2, d_b2):
        self.v_w1 = self.momentum * self.v_w1 - self.lernrate * d_w1
        self.v_b1 = self.momentum * self.v_b1 - self.lernrate * d_b1
        self.v_w2 = self.momentum * self.v_w2 - self.lernrate * d_w2
        self.v_b2 = self.momentum * self.v_b2 - self.lernrate * d_b2
        self.weights1 += self.v_w1
        self.bias1 += self.v_b1
        self.weights2 += self.v_w2
        self.bias2 += self.v_b2

    def train(self, X, y, epochen):
        for e in range(epochen):
            self.feedforward(X)
            if e % 500 == 0:
                print("Epoche", e, " MSE:", round(float(np.mean((self.output - y) ** 2)), 5))
            self.update(*self.backprop(X, y))


daten = erzeuge_daten(120)
X = daten[:, :2]
y = daten[:, 2]

netz = NeuronalesNetz(2, 8)
netz.train(X, y, 3000)

test = erzeuge_daten(60)
vorhersage = netz.feedforward(test[:, :2])
print("Test-MSE:", np.mean((vorhersage - test[:, 2]) ** 2))
print("Varianz der Zielwerte:", np.var(test[:, 2]))
