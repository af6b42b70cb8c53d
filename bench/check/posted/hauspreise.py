"""
Hauspreise schaetzen (erfundene Daten) mit einem kleinen Netz.
Huber-Verlust, Leaky ReLU, Momentum, L2.  Ganzer Datensatz in einem Schritt.
"""
import numpy as np

zufall = np.random.default_rng(99)


# ---------------------------------------------------------------- Daten
def erzeuge_haeuser(anzahl):
    flaeche = zufall.uniform(45, 220, anzahl)            # Quadratmeter
    zimmer = np.round(flaeche / 28 + zufall.normal(0, 0.8, anzahl)).clip(1, 9)
    baujahr = zufall.integers(1900, 2020, anzahl)
    entfernung = zufall.uniform(0.5, 30, anzahl)         # km bis zur Stadtmitte
    preis = (2400 * flaeche + 9000 * zimmer + 600 * (baujahr - 1900)
             + 160000 * np.exp(-entfernung / 8) + zufall.normal(0, 9000, anzahl))
    ausreisser = zufall.random(anzahl) < 0.03
    preis[ausreisser] *= 1.8
    merkmale = np.column_stack([flaeche, zimmer, baujahr, entfernung])
    return merkmale, preis


merkmale, preis = erzeuge_haeuser(300)
X = (merkmale - merkmale.mean(axis=0)) / merkmale.std(axis=0)
preis_mittel, preis_streuung = preis.mean(), preis.std()
y = ((preis - preis_mittel) / preis_streuung).reshape(-1, 1)

# ---------------------------------------------------------------- Netz
schichten = [4, 20, 10, 1]
gewichte = [zufall.normal(0, np.sqrt(2 / ein), (ein, aus))
            for ein, aus in zip(schichten[:-1], schichten[1:])]
schwellen = [np.zeros(aus) for aus in schichten[1:]]

STEIGUNG = 0.05
DELTA = 1.0
LAMBDA = 1e-3
LERNRATE = 0.05
TRAEGHEIT = 0.9


def leaky(z):
    return np.where(z > 0, z, STEIGUNG * z)


def leaky_ableitung(z):
    return np.where(z > 0, 1.0, STEIGUNG)


def vorwaerts(X):
    aktivierungen, summen = [X], []
    for nr, (W, b) in enumerate(zip(gewichte, schwellen)):
        z = aktivierungen[-1] @ W + b
        summen.append(z)
        letzte = nr == len(gewichte) - 1
        aktivierungen.append(z if letzte else leaky(z))
    return aktivierungen, summen


def huber(rest):
    klein = np.abs(rest) <= DELTA
    return np.where(klein, 0.5 * rest ** 2, DELTA * (np.abs(rest) - 0.5 * DELTA))


def verlust(ausgabe, y):
    strafe = 0.5 * LAMBDA * sum(np.sum(W ** 2) for W in gewichte)
    return huber(ausgabe - y).mean() + strafe


def rueckwaerts(aktivierungen, summen, y):
    gradW, gradb = [None] * len(gewichte), [None] * len(gewichte)
    rest = aktivierungen[-1] - y
    fehler = np.clip(rest, -DELTA, DELTA) / len(y)       # Ableitung von Huber
    for nr in reversed(range(len(gewichte))):
        gradW[nr] = aktivierungen[nr].T @ fehler + LAMBDA * gewichte[nr]
        gradb[nr] = fehler.sum(axis=0)
        if nr > 0:
            fehler = (fehler @ gewichte[nr].T) * leaky_ableitung(summen[nr - 1])
    return gradW, gradb


# ---------------------------------------------------------------- Training
tempoW = [np.zeros_like(W) for W in gewichte]
tempob = [np.zeros_like(b) for b in schwellen]

for schritt in range(1, 4001):
    aktivierungen, summen = vorwaerts(X)
    if schritt == 1 or schritt % 400 == 0:
        print(f"Schritt {schritt:5d}   Verlust {verlust(aktivierungen[-1], y):.5f}")
    gradW, gradb = rueckwaerts(aktivierungen, summen, y)
    for nr in range(len(gewichte)):
        tempoW[nr] = TRAEGHEIT * tempoW[nr] - LERNRATE * gradW[nr]
        tempob[nr] = TRAEGHEIT * tempob[nr] - LERNRATE * gradb[nr]
        gewichte[nr] = gewichte[nr] + tempoW[nr]
        schwellen[nr] = schwellen[nr] + tempob[nr]

schaetzung = vorwaerts(X)[0][-1]
for k in range(5):
    euro = schaetzung[k][0] * preis_streuung + preis_mittel
    print(f"{merkmale[k, 0]:6.1f} qm, {merkmale[k, 3]:4.1f} km: "
          f"geschaetzt {euro:9.0f}, verlangt {preis[k]:9.0f}")
