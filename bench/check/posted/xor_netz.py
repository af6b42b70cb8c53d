# Mein erstes neuronales Netz: XOR lernen, nur mit numpy
# 2 Eingaenge -> 4 versteckte Neuronen -> 1 Ausgang
import numpy as np

np.random.seed(7)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_ableitung(a):
    # Achtung: a ist schon die Aktivierung, nicht die Summe
    return a * (1 - a)


eingaben = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
ziele = np.array([[0], [1], [1], [0]])

anzahl_versteckt = 4
lernrate = 0.8
epochen = 30000

gewichte_h = np.random.uniform(-1, 1, (2, anzahl_versteckt))
bias_h = np.zeros((1, anzahl_versteckt))
gewichte_a = np.random.uniform(-1, 1, (anzahl_versteckt, 1))
bias_a = np.zeros((1, 1))

for epoche in range(epochen):
    # --- vorwaerts ---
    summe_h = np.dot(eingaben, gewichte_h) + bias_h
    aktiv_h = sigmoid(summe_h)
    summe_a = np.dot(aktiv_h, gewichte_a) + bias_a
    ausgabe = sigmoid(summe_a)

    # --- Fehler ---
    fehler = ziele - ausgabe
    if epoche % 3000 == 0:
        print("Epoche", epoche, "Fehler:", np.mean(np.square(fehler)))

    # --- rueckwaerts ---
    delta_a = fehler * sigmoid_ableitung(ausgabe)
    fehler_h = delta_a.dot(gewichte_a.T)
    delta_h = fehler_h * sigmoid_ableitung(aktiv_h)

    # --- Gewichte anpassen ---
    gewichte_a += lernrate * aktiv_h.T.dot(delta_a)
    bias_a += lernrate * np.sum(delta_a, axis=0, keepdims=True)
    gewichte_h += lernrate * eingaben.T.dot(delta_h)
    bias_h += lernrate * np.sum(delta_h, axis=0, keepdims=True)

print("Ergebnis nach dem Training:")
for e, z, a in zip(eingaben, ziele, ausgabe):
    print(e, "soll:", z[0], "ist:", round(float(a[0]), 3))
