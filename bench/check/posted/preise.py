# -*- coding: utf-8 -*-
# Hausaufgabe 4: Wohnungspreise mit einem kleinen neuronalen Netz schätzen
# Spalten: Quadratmeter, Zimmer, Baujahr, Entfernung zum Zentrum (km), Preis (Tsd. Euro)
import numpy as np

daten = np.array([
    [ 45, 1, 1962,  3.5, 148],
    [ 62, 2, 1975,  5.0, 176],
    [ 71, 3, 1988,  7.2, 189],
    [ 38, 1, 2005,  1.1, 182],
    [ 90, 3, 1999,  2.4, 338],
    [105, 4, 1971,  9.8, 221],
    [ 56, 2, 1958,  0.9, 232],
    [ 83, 3, 2012,  4.4, 315],
    [120, 5, 1994, 11.5, 282],
    [ 66, 2, 2016,  2.0, 306],
    [ 78, 3, 1968,  6.1, 198],
    [ 51, 2, 1983,  3.3, 178],
    [ 97, 4, 2008,  8.0, 287],
    [134, 5, 2001,  5.6, 421],
    [ 42, 1, 1979, 10.2,  92],
    [ 88, 3, 1955,  1.8, 301],
    [ 73, 3, 2019,  6.7, 274],
    [ 59, 2, 1991,  4.1, 201],
    [112, 4, 1985,  3.0, 372],
    [ 34, 1, 1965,  2.2, 121],
    [101, 4, 2014, 12.0, 262],
    [ 68, 2, 1997,  7.9, 183],
    [ 80, 3, 1978,  2.7, 262],
    [125, 4, 2010,  1.5, 496],
], dtype=float)

X = daten[:, :4]
y = daten[:, 4:5]

# Standardisierung
X = (X - X.mean(axis=0)) / X.std(axis=0)
y_mittel, y_streuung = y.mean(), y.std()
y = (y - y_mittel) / y_streuung

rng = np.random.RandomState(3)
n_versteckt = 6
W1 = rng.randn(4, n_versteckt) * 0.5
b1 = np.zeros((1, n_versteckt))
W2 = rng.randn(n_versteckt, 1) * 0.5
b2 = np.zeros((1, 1))

lernrate = 0.05
n = len(X)

for epoche in range(40001):
    # Vorwärts
    h = np.tanh(X @ W1 + b1)
    vorhersage = h @ W2 + b2

    differenz = vorhersage - y
    fehler = np.mean(differenz ** 2)

    # Rückwärts
    d_aus = 2 * differenz / n
    dW2 = h.T @ d_aus
    db2 = d_aus.sum(axis=0, keepdims=True)
    d_h = (d_aus @ W2.T) * (1 - h ** 2)
    dW1 = X.T @ d_h
    db1 = d_h.sum(axis=0, keepdims=True)

    # Gewichte anpassen
    W1 = W1 - lernrate * dW1
    b1 = b1 - lernrate * db1
    W2 = W2 - lernrate * dW2
    b2 = b2 - lernrate * db2

    if epoche % 4000 == 0:
        print("Epoche %5d   MSE %.5f" % (epoche, fehler))

print("\n  Preis  geschätzt")
for i in range(n):
    print("%7.0f %10.1f" % (daten[i, 4], vorhersage[i, 0] * y_streuung + y_mittel))
