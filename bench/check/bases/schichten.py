# Feedforward-Netz ganz ohne Bibliotheken: eine Liste von Schichten, Training Beispiel für Beispiel
import math
import random

random.seed(5)


def aktivierung(x):
    return 1.0 / (1.0 + math.exp(-x))


class Schicht:
    def __init__(self, anzahl_eingaben, anzahl_neuronen):
        self.gewichte = []
        for i in range(anzahl_neuronen):
            self.gewichte.append([random.uniform(-1, 1) for j in range(anzahl_eingaben)])
        self.schwellen = [0.0 for i in range(anzahl_neuronen)]

    def vorwaerts(self, eingaben):
        self.eingaben = eingaben
        self.ausgaben = []
        for i in range(len(self.gewichte)):
            summe = self.schwellen[i]
            for j in range(len(eingaben)):
                summe += self.gewichte[i][j] * eingaben[j]
            self.ausgaben.append(aktivierung(summe))
        return self.ausgaben

    def rueckwaerts(self, fehler):
        """fehler: dE/d(Ausgabe) je Neuron; gibt dE/d(Eingabe) zurück"""
        self.deltas = []
        for i in range(len(fehler)):
            self.deltas.append(fehler[i] * self.ausgaben[i] * (1 - self.ausgaben[i]))
        zurueck = [0.0] * len(self.eingaben)
        for j in range(len(self.eingaben)):
            for i in range(len(self.deltas)):
                zurueck[j] += self.gewichte[i][j] * self.deltas[i]
        return zurueck

    def lernen(self, lernrate):
        for i in range(len(self.gewichte)):
            for j in range(len(self.eingaben)):
                self.gewichte[i][j] -= lernrate * self.deltas[i] * self.eingaben[j]
            self.schwellen[i] -= lernrate * self.deltas[i]


netz = [Schicht(3, 4), Schicht(4, 3), Schicht(3, 2)]
# Volladdierer: drei Bits hinein, Summe und Übertrag heraus
beispiele = []
for a in (0, 1):
    for b in (0, 1):
        for c in (0, 1):
            beispiele.append(([a, b, c], [(a + b + c) % 2, (a + b + c) // 2]))

for epoche in range(150):
    random.shuffle(beispiele)
    gesamtfehler = 0.0
    for eingabe, ziel in beispiele:
        signal = eingabe
        for schicht in netz:
            signal = schicht.vorwaerts(signal)
        verlust = sum((s - z) ** 2 for s, z in zip(signal, ziel))
        gesamtfehler += verlust
        fehler = [2 * (s - z) for s, z in zip(signal, ziel)]
        for schicht in reversed(netz):
            fehler = schicht.rueckwaerts(fehler)
        for schicht in netz:
            schicht.lernen(0.4)
    if epoche % 30 == 0:
        print('Epoche', epoche, 'Fehler', round(gesamtfehler, 4))
