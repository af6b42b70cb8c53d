# Autoencoder fuer kleine Ziffernbilder (5x7 Pixel): 35 -> 16 -> 6 -> 16 -> 35
# Optimierer: RMSprop, Fehler: mittleres Fehlerquadrat
import numpy as np

ZIFFERN = """
.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###.
#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...#
#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....#
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..
"""

zufall = np.random.default_rng(11)


def lade_bilder():
    zeilen = [z.split() for z in ZIFFERN.strip().splitlines()]
    bilder = np.zeros((10, 35))
    for k in range(10):
        punkte = "".join(zeile[k] for zeile in zeilen)
        bilder[k] = [1.0 if p == "#" else 0.0 for p in punkte]
    return bilder


def mit_rauschen(bilder, anzahl, staerke=0.15):
    wahl = zufall.integers(0, len(bilder), anzahl)
    x = bilder[wahl] + zufall.normal(0, staerke, (anzahl, bilder.shape[1]))
    return np.clip(x, 0, 1)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


groessen = [35, 16, 6, 16, 35]
gewichte = [zufall.normal(0, 1 / np.sqrt(a), (a, b)) for a, b in zip(groessen, groessen[1:])]
schwellen = [np.zeros(b) for b in groessen[1:]]


def vorwaerts(x):
    """gibt alle Aktivierungen zurueck, die letzte ist die Rekonstruktion"""
    akt = [x]
    for k, (W, b) in enumerate(zip(gewichte, schwellen)):
        netz = akt[-1] @ W + b
        letzte = k == len(gewichte) - 1
        akt.append(sigmoid(netz) if letzte else np.tanh(netz))
    return akt


def rueckwaerts(akt, ziel):
    aus = akt[-1]
    delta = 2 * (aus - ziel) / ziel.size * aus * (1 - aus)
    dW, db = [None] * len(gewichte), [None] * len(gewichte)
    for k in reversed(range(len(gewichte))):
        dW[k] = akt[k].T @ delta
        db[k] = delta.sum(axis=0)
        if k > 0:
            delta = delta @ gewichte[k].T * (1 - akt[k] ** 2)
    return dW, db


def rmsprop(parameter, gradienten, speicher, rate=0.003, rho=0.9):
    for p, g, s in zip(parameter, gradienten, speicher):
        s *= rho
        s += (1 - rho) * g * g
        p -= rate * g / (np.sqrt(s) + 1e-7)


def zeige(bild):
    for r in range(7):
        print("".join("#" if v > 0.5 else "." for v in bild[r * 5:r * 5 + 5]))


if __name__ == "__main__":
    vorlagen = lade_bilder()
    daten = mit_rauschen(vorlagen, 400)
    parameter = gewichte + schwellen
    speicher = [np.zeros_like(p) for p in parameter]
    paket = 40

    for epoche in range(1, 601):
        summe = 0.0
        daten = daten[zufall.permutation(len(daten))]
        for start in range(0, len(daten), paket):
            x = daten[start:start + paket]
            akt = vorwaerts(x)
            summe += np.mean((akt[-1] - x) ** 2)
            dW, db = rueckwaerts(akt, x)
            rmsprop(parameter, dW + db, speicher)
        if epoche % 60 == 0 or epoche == 1:
            print("Epoche", epoche, " Fehler", round(summe / (len(daten) // paket), 5))

    print("Rekonstruktion der 3:")
    zeige(vorwaerts(vorlagen[3:4])[-1][0])
