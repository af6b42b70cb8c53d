# Übungsblatt 5, Aufgabe 3: Ziffern 0-9 auf einem 3x5 Raster erkennen
# Jede Spalte von X ist ein Beispiel.
import numpy as np

np.random.seed(3)

muster = """
111 010 111 111 101 111 111 111 111 111
101 110 001 001 101 100 100 001 101 101
101 010 111 111 111 111 111 010 111 111
101 010 100 001 001 001 101 010 101 001
111 111 111 111 001 111 111 010 111 111
"""

zeilen = [z.split() for z in muster.strip().split("\n")]
X = np.zeros((15, 10))
for ziffer in range(10):
    bild = "".join(zeile[ziffer] for zeile in zeilen)
    X[:, ziffer] = [float(c) for c in bild]
Y = np.eye(10)
m = X.shape[1]

n_versteckt = 12
lernrate = 0.05
traegheit = 0.9
epochen = 20000
lam = 0.0005          # Gewichtsabnahme

W1 = np.random.randn(n_versteckt, 15) * 0.3
b1 = np.zeros((n_versteckt, 1))
W2 = np.random.randn(10, n_versteckt) * 0.3
b2 = np.zeros((10, 1))

vW1 = np.zeros(W1.shape)
vb1 = np.zeros(b1.shape)
vW2 = np.zeros(W2.shape)
vb2 = np.zeros(b2.shape)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def softmax(z):
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def vorwaerts(X):
    A1 = sigmoid(W1 @ X + b1)
    A2 = softmax(W2 @ A1 + b2)
    return A1, A2


for epoche in range(epochen):
    A1, A2 = vorwaerts(X)
    kosten = -np.sum(Y * np.log(A2 + 1e-12)) / m
    kosten += 0.5 * lam * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

    # rückwärts
    dZ2 = (A2 - Y) / m
    dW2 = dZ2 @ A1.T + lam * W2
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)
    dW1 = dZ1 @ X.T + lam * W1
    db1 = np.sum(dZ1, axis=1, keepdims=True)

    # Momentum
    vW1 = traegheit * vW1 - lernrate * dW1
    vb1 = traegheit * vb1 - lernrate * db1
    vW2 = traegheit * vW2 - lernrate * dW2
    vb2 = traegheit * vb2 - lernrate * db2
    W1 = W1 + vW1
    b1 = b1 + vb1
    W2 = W2 + vW2
    b2 = b2 + vb2

    if epoche % 2000 == 0:
        print("Epoche", epoche, "Kosten", kosten)

print("Training:", np.argmax(vorwaerts(X)[1], axis=0))

# jetzt mit etwas Rauschen testen
richtig = 0
for versuch in range(100):
    X_test = X + 0.25 * np.random.randn(15, 10)
    richtig += np.sum(np.argmax(vorwaerts(X_test)[1], axis=0) == np.arange(10))
print("verrauscht richtig erkannt: %d von 1000" % richtig)
