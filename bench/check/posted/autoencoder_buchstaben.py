# Autoencoder mit gemeinsamen Gewichten (Decoder = W transponiert)
# Eingabe: kleine 5x5 Buchstaben, ein paar Pixel sind gekippt
import numpy as np

zufall = np.random.RandomState(8)

BUCHSTABEN = {
    'A': ["01110", "10001", "11111", "10001", "10001"],
    'C': ["01111", "10000", "10000", "10000", "01111"],
    'E': ["11111", "10000", "11110", "10000", "11111"],
    'H': ["10001", "10001", "11111", "10001", "10001"],
    'L': ["10000", "10000", "10000", "10000", "11111"],
    'T': ["11111", "00100", "00100", "00100", "00100"],
    'X': ["10001", "01010", "00100", "01010", "10001"],
    'Z': ["11111", "00010", "00100", "01000", "11111"],
}


def muster(b):
    return np.array([int(z) for zeile in BUCHSTABEN[b] for z in zeile], dtype=float)


sauber = np.array([muster(b) for b in BUCHSTABEN])
ziel = np.repeat(sauber, 25, axis=0)
kippen = zufall.rand(*ziel.shape) < 0.04
eingabe = np.where(kippen, 1 - ziel, ziel)

n_ein = 25
n_versteckt = 7
W = zufall.normal(0, 0.3, (n_ein, n_versteckt))
b = np.zeros(n_versteckt)
c = np.zeros(n_ein)


def sig(x):
    return 1 / (1 + np.exp(-x))


def kodieren(x):
    return sig(x @ W + b)


def dekodieren(h):
    return sig(h @ W.T + c)


def gradienten(x, t):
    h = kodieren(x)
    r = dekodieren(h)
    delta_r = (r - t) / len(x)
    delta_h = (delta_r @ W) * h * (1 - h)
    # W kommt zweimal vor: im Encoder und im Decoder
    dW = x.T @ delta_h + delta_r.T @ h
    db = delta_h.sum(axis=0)
    dc = delta_r.sum(axis=0)
    return r, dW, db, dc


lernrate = 0.1
stapel = 20
anzahl = len(eingabe) // stapel

for epoche in range(2001):
    reihenfolge = zufall.permutation(len(eingabe))
    fehler = 0.0
    for k in range(anzahl):
        auswahl = reihenfolge[k * stapel:(k + 1) * stapel]
        x = eingabe[auswahl]
        t = ziel[auswahl]
        r, dW, db, dc = gradienten(x, t)
        fehler += -np.mean(np.sum(t * np.log(r) + (1 - t) * np.log(1 - r), axis=1)) / anzahl
        W -= lernrate * dW
        b -= lernrate * db
        c -= lernrate * dc
    if epoche % 250 == 0:
        print("Epoche", epoche, "Fehler", round(fehler, 4))

for name, x in zip(BUCHSTABEN, sauber):
    zurueck = dekodieren(kodieren(x)) > 0.5
    print(name, "falsche Pixel:", int(np.sum(zurueck != (x > 0.5))))
