# Hausaufgabe 4: Neuronales Netz mit zwei verdeckten Schichten,
# das die Kurve y = sin(x) + x/4 lernt. Ohne numpy!
from math import sin, tanh
from random import seed, uniform, shuffle

seed(1)

ANZAHL = 8          # Neuronen je verdeckter Schicht
LERNRATE = 0.02

punkte = []
for i in range(31):
    x = -3 + 0.2 * i
    punkte.append((x, sin(x) + x / 4))

# Gewichte: gewicht[ziel][quelle]
gew1 = [uniform(-1, 1) for i in range(ANZAHL)]
schw1 = [uniform(-1, 1) for i in range(ANZAHL)]
gew2 = [[uniform(-0.7, 0.7) for j in range(ANZAHL)] for i in range(ANZAHL)]
schw2 = [0.0] * ANZAHL
gew3 = [uniform(-0.7, 0.7) for i in range(ANZAHL)]
schw3 = 0.0


def vorwaerts(x):
    schicht1 = [tanh(gew1[i] * x + schw1[i]) for i in range(ANZAHL)]
    schicht2 = []
    for i in range(ANZAHL):
        summe = schw2[i]
        for j in range(ANZAHL):
            summe = summe + gew2[i][j] * schicht1[j]
        schicht2.append(tanh(summe))
    ausgabe = schw3
    for i in range(ANZAHL):
        ausgabe = ausgabe + gew3[i] * schicht2[i]
    return schicht1, schicht2, ausgabe


def lerne(x, soll):
    global schw3
    schicht1, schicht2, ausgabe = vorwaerts(x)

    # Fehlersignale, von hinten nach vorne
    delta3 = ausgabe - soll
    delta2 = []
    for i in range(ANZAHL):
        delta2.append(delta3 * gew3[i] * (1 - schicht2[i] ** 2))
    delta1 = []
    for j in range(ANZAHL):
        summe = 0.0
        for i in range(ANZAHL):
            summe = summe + delta2[i] * gew2[i][j]
        delta1.append(summe * (1 - schicht1[j] ** 2))

    # Gewichte anpassen
    schw3 = schw3 - LERNRATE * delta3
    for i in range(ANZAHL):
        gew3[i] = gew3[i] - LERNRATE * delta3 * schicht2[i]
        schw2[i] = schw2[i] - LERNRATE * delta2[i]
        for j in range(ANZAHL):
            gew2[i][j] = gew2[i][j] - LERNRATE * delta2[i] * schicht1[j]
    for j in range(ANZAHL):
        gew1[j] = gew1[j] - LERNRATE * delta1[j] * x
        schw1[j] = schw1[j] - LERNRATE * delta1[j]


def gesamtfehler():
    fehler = 0
    for x, soll in punkte:
        fehler = fehler + 0.5 * (vorwaerts(x)[2] - soll) ** 2
    return fehler


print('Fehler vorher: ', gesamtfehler())
reihenfolge = punkte[:]
for durchgang in range(2000):
    shuffle(reihenfolge)
    for x, soll in reihenfolge:
        lerne(x, soll)
print('Fehler nachher:', gesamtfehler())

print('   x      soll     ist')
for x, soll in punkte[::3]:
    print('%5.2f  %7.3f %7.3f' % (x, soll, vorwaerts(x)[2]))
