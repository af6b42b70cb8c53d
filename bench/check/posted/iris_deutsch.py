# Neuronales Netz fuer Iris (kleiner Ausschnitt), Hausaufgabe Blatt 7
import numpy as np

daten = np.array([
    [5.1, 3.5, 1.4, 0.2, 0], [4.9, 3.0, 1.4, 0.2, 0], [4.7, 3.2, 1.3, 0.2, 0],
    [4.6, 3.1, 1.5, 0.2, 0], [5.0, 3.6, 1.4, 0.2, 0], [5.4, 3.9, 1.7, 0.4, 0],
    [4.6, 3.4, 1.4, 0.3, 0], [5.0, 3.4, 1.5, 0.2, 0], [7.0, 3.2, 4.7, 1.4, 1],
    [6.4, 3.2, 4.5, 1.5, 1], [6.9, 3.1, 4.9, 1.5, 1], [5.5, 2.3, 4.0, 1.3, 1],
    [6.5, 2.8, 4.6, 1.5, 1], [5.7, 2.8, 4.5, 1.3, 1], [6.3, 3.3, 4.7, 1.6, 1],
    [4.9, 2.4, 3.3, 1.0, 1], [6.3, 3.3, 6.0, 2.5, 2], [5.8, 2.7, 5.1, 1.9, 2],
    [7.1, 3.0, 5.9, 2.1, 2], [6.3, 2.9, 5.6, 1.8, 2], [6.5, 3.0, 5.8, 2.2, 2],
    [7.6, 3.0, 6.6, 2.1, 2], [4.9, 2.5, 4.5, 1.7, 2], [7.3, 2.9, 6.3, 1.8, 2],
])

eingaben = daten[:, :4]
klassen = daten[:, 4].astype(int)
# Standardisieren
eingaben = (eingaben - eingaben.mean(axis=0)) / eingaben.std(axis=0)
ziele = np.eye(3)[klassen]

np.random.seed(11)
lernrate = 0.05
epochen = 200
anzahl_versteckt = 6

gewichte_1 = np.random.randn(4, anzahl_versteckt) * 0.5
schwelle_1 = np.zeros(anzahl_versteckt)
gewichte_2 = np.random.randn(anzahl_versteckt, 3) * 0.5
schwelle_2 = np.zeros(3)


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


def weichmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def vorwaerts(x):
    versteckt = sigmoide(x @ gewichte_1 + schwelle_1)
    ausgabe = weichmax(versteckt @ gewichte_2 + schwelle_2)
    return versteckt, ausgabe


for epoche in range(epochen):
    fehler = 0.0
    for i in np.random.permutation(len(eingaben)):
        x, t = eingaben[i], ziele[i]
        versteckt, ausgabe = vorwaerts(x)
        fehler += -np.sum(t * np.log(ausgabe))

        # Rueckwaerts
        delta_2 = ausgabe - t
        delta_1 = (gewichte_2 @ delta_2) * versteckt * (1 - versteckt)

        gewichte_2 -= lernrate * np.outer(versteckt, delta_2)
        schwelle_2 -= lernrate * delta_2
        gewichte_1 -= lernrate * np.outer(x, delta_1)
        schwelle_1 -= lernrate * delta_1
    if epoche % 20 == 0:
        print("Epoche", epoche, "Kreuzentropie", fehler / len(eingaben))

richtig = 0
for x, k in zip(eingaben, klassen):
    if np.argmax(vorwaerts(x)[1]) == k:
        richtig += 1
print("richtig klassifiziert:", richtig, "von", len(eingaben))
