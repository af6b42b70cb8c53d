# Neuronales Netz ganz ohne numpy: liegt ein Punkt im Kreis oder nicht?
# Zwei verdeckte Schichten (tanh), Ausgabe linear, Hinge-Verlust, Momentum.
import math
import random

random.seed(11)

N_EIN = 2
N_V = 6          # Neuronen je verdeckter Schicht
LERNRATE = 0.05
MOMENT = 0.9
STAPEL = 10


def zufallsmatrix(zeilen, spalten):
    s = 1.0 / math.sqrt(spalten)
    return [[random.uniform(-s, s) * 1.7 for _ in range(spalten)] for _ in range(zeilen)]


def nullen(vorlage):
    return [[0.0] * len(z) for z in vorlage]


def punkte_erzeugen(n):
    daten = []
    while len(daten) < n:
        x, y = random.uniform(-1, 1), random.uniform(-1, 1)
        r = math.hypot(x, y)
        if 0.62 < r < 0.72:          # kleiner Rand zwischen den Klassen
            continue
        daten.append(([x, y], 1 if r < 0.67 else -1))
    return daten


# Letzte Spalte jeder Matrix = Schwellwert (Bias)
W1 = zufallsmatrix(N_V, N_EIN + 1)
W2 = zufallsmatrix(N_V, N_V + 1)
W3 = zufallsmatrix(1, N_V + 1)
gewichte = [W1, W2, W3]
tempo = [nullen(W) for W in gewichte]


def schicht(W, eingabe):
    e = eingabe + [1.0]
    return [sum(w * a for w, a in zip(zeile, e)) for zeile in W]


def vorwaerts(x):
    h1 = [math.tanh(z) for z in schicht(W1, x)]
    h2 = [math.tanh(z) for z in schicht(W2, h1)]
    aus = schicht(W3, h2)[0]
    return h1, h2, aus


def rueckwaerts(x, ziel, h1, h2, aus, grad):
    """addiert die Gradienten eines Beispiels in grad"""
    if ziel * aus >= 1:
        return
    d3 = -ziel
    d2 = [d3 * W3[0][j] * (1 - h2[j] ** 2) for j in range(N_V)]
    d1 = []
    for j in range(N_V):
        summe = 0.0
        for k in range(N_V):
            summe += d2[k] * W2[k][j]
        d1.append(summe * (1 - h1[j] ** 2))

    for j, a in enumerate(h2 + [1.0]):
        grad[2][0][j] += d3 * a
    for k in range(N_V):
        for j, a in enumerate(h1 + [1.0]):
            grad[1][k][j] += d2[k] * a
    for k in range(N_V):
        for j, a in enumerate(x + [1.0]):
            grad[0][k][j] += d1[k] * a


def schritt(grad, anzahl):
    for W, V, G in zip(gewichte, tempo, grad):
        for i in range(len(W)):
            for j in range(len(W[i])):
                V[i][j] = MOMENT * V[i][j] - LERNRATE * G[i][j] / anzahl
                W[i][j] += V[i][j]


def trefferquote(daten):
    return sum(1 for x, z in daten if z * vorwaerts(x)[2] > 0) / len(daten)


training = punkte_erzeugen(300)
test = punkte_erzeugen(200)

for epoche in range(1, 61):
    random.shuffle(training)
    verlust = 0.0
    for start in range(0, len(training), STAPEL):
        stapel = training[start:start + STAPEL]
        grad = [nullen(W) for W in gewichte]
        for x, ziel in stapel:
            h1, h2, aus = vorwaerts(x)
            verlust += max(0.0, 1 - ziel * aus)
            rueckwaerts(x, ziel, h1, h2, aus, grad)
        schritt(grad, len(stapel))
    if epoche % 10 == 0 or epoche == 1:
        print("Epoche %2d  Verlust %.4f  Test %.1f%%"
              % (epoche, verlust / len(training), 100 * trefferquote(test)))
