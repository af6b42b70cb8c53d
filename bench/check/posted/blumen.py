# Neuronales Netz ohne Bibliotheken (Schulprojekt Informatik Q2)
# Daten: drei Blumensorten mit je vier Messwerten, ähnlich wie Iris
from math import exp
from random import seed, random, gauss, shuffle

seed(1)


def daten_erzeugen(anzahl=35):
    mittel = [(5.0, 3.4, 1.5, 0.25), (5.9, 2.8, 4.2, 1.3), (6.6, 3.0, 5.6, 2.0)]
    streuung = (0.35, 0.3, 0.3, 0.2)
    daten = []
    for klasse in range(3):
        for _ in range(anzahl):
            zeile = [gauss(mittel[klasse][k], streuung[k]) for k in range(4)]
            zeile.append(klasse)
            daten.append(zeile)
    shuffle(daten)
    return daten


def normieren(daten):
    for k in range(4):
        spalte = [zeile[k] for zeile in daten]
        klein, gross = min(spalte), max(spalte)
        for zeile in daten:
            zeile[k] = (zeile[k] - klein) / (gross - klein)


def netz_erstellen(n_ein, n_versteckt, n_aus):
    # letztes Gewicht in jeder Liste ist der Bias
    versteckt = [{'gewichte': [random() - 0.5 for _ in range(n_ein + 1)]} for _ in range(n_versteckt)]
    ausgabe = [{'gewichte': [random() - 0.5 for _ in range(n_versteckt + 1)]} for _ in range(n_aus)]
    return [versteckt, ausgabe]


def aktivieren(gewichte, eingaben):
    summe = gewichte[-1]
    for i in range(len(gewichte) - 1):
        summe += gewichte[i] * eingaben[i]
    return 1.0 / (1.0 + exp(-summe))


def vorwaerts(netz, zeile):
    eingaben = zeile
    for schicht in netz:
        neue = []
        for neuron in schicht:
            neuron['ausgabe'] = aktivieren(neuron['gewichte'], eingaben)
            neue.append(neuron['ausgabe'])
        eingaben = neue
    return eingaben


def ableitung(ausgabe):
    return ausgabe * (1.0 - ausgabe)


def rueckwaerts(netz, soll):
    for i in reversed(range(len(netz))):
        schicht = netz[i]
        fehler = []
        if i == len(netz) - 1:
            for j in range(len(schicht)):
                fehler.append(soll[j] - schicht[j]['ausgabe'])
        else:
            for j in range(len(schicht)):
                summe = 0.0
                for neuron in netz[i + 1]:
                    summe += neuron['gewichte'][j] * neuron['delta']
                fehler.append(summe)
        for j in range(len(schicht)):
            schicht[j]['delta'] = fehler[j] * ableitung(schicht[j]['ausgabe'])


def gewichte_anpassen(netz, zeile, lernrate):
    for i in range(len(netz)):
        eingaben = zeile[:-1]
        if i > 0:
            eingaben = [neuron['ausgabe'] for neuron in netz[i - 1]]
        for neuron in netz[i]:
            for j in range(len(eingaben)):
                neuron['gewichte'][j] += lernrate * neuron['delta'] * eingaben[j]
            neuron['gewichte'][-1] += lernrate * neuron['delta']


def trainieren(netz, daten, lernrate, epochen):
    for epoche in range(epochen):
        gesamtfehler = 0.0
        for zeile in daten:
            aus = vorwaerts(netz, zeile)
            soll = [0, 0, 0]
            soll[zeile[-1]] = 1
            gesamtfehler += sum((soll[k] - aus[k]) ** 2 for k in range(3))
            rueckwaerts(netz, soll)
            gewichte_anpassen(netz, zeile, lernrate)
        if epoche % 100 == 0:
            print('Epoche %d, Lernrate %.2f, Fehler %.4f' % (epoche, lernrate, gesamtfehler))


daten = daten_erzeugen()
normieren(daten)
training, test = daten[:80], daten[80:]
netz = netz_erstellen(4, 6, 3)
trainieren(netz, training, 0.3, 1200)

richtig = 0
for zeile in test:
    aus = vorwaerts(netz, zeile)
    if aus.index(max(aus)) == zeile[-1]:
        richtig += 1
print('Test: %d von %d richtig' % (richtig, len(test)))
