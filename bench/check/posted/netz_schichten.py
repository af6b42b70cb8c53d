# -*- coding: utf-8 -*-
# Übung 4: Mehrschichtiges Netz mit Mini-Batches (Blobs, 4 Klassen)
import numpy as np


class Schicht:
    """Vollverbundene Schicht mit tanh oder linearem Ausgang"""

    def __init__(self, n_ein, n_aus, zufall, aktivierung="tanh"):
        grenze = np.sqrt(6.0 / (n_ein + n_aus))
        self.gewichte = zufall.uniform(-grenze, grenze, (n_ein, n_aus))
        self.schwelle = np.zeros(n_aus)
        self.aktivierung = aktivierung

    def vorwaerts(self, eingabe):
        self.eingabe = eingabe
        self.netz = eingabe @ self.gewichte + self.schwelle
        self.ausgabe = np.tanh(self.netz) if self.aktivierung == "tanh" else self.netz
        return self.ausgabe

    def rueckwaerts(self, fehler, lernrate, l2):
        if self.aktivierung == "tanh":
            fehler = fehler * (1.0 - self.ausgabe ** 2)
        grad_w = self.eingabe.T @ fehler + l2 * self.gewichte
        grad_s = fehler.sum(axis=0)
        fehler_davor = fehler @ self.gewichte.T
        self.gewichte -= lernrate * grad_w
        self.schwelle -= lernrate * grad_s
        return fehler_davor


class Netz:
    def __init__(self, groessen, seed=1, l2=1e-3):
        zufall = np.random.default_rng(seed)
        self.l2 = l2
        self.schichten = []
        for i in range(len(groessen) - 1):
            letzte = i == len(groessen) - 2
            self.schichten.append(Schicht(groessen[i], groessen[i + 1], zufall,
                                          "linear" if letzte else "tanh"))

    def vorhersage(self, x):
        for s in self.schichten:
            x = s.vorwaerts(x)
        z = np.exp(x - x.max(axis=1, keepdims=True))
        return z / z.sum(axis=1, keepdims=True)

    def verlust(self, x, t):
        p = self.vorhersage(x)
        strafe = 0.5 * self.l2 * sum((s.gewichte ** 2).sum() for s in self.schichten)
        return -np.mean(np.sum(t * np.log(p + 1e-12), axis=1)) + strafe

    def lerne_schritt(self, x, t, lernrate):
        p = self.vorhersage(x)
        fehler = (p - t) / x.shape[0]
        for s in reversed(self.schichten):
            fehler = s.rueckwaerts(fehler, lernrate, self.l2)


def stapel(x, t, groesse, zufall):
    """Generator fuer Mini-Batches"""
    reihenfolge = zufall.permutation(len(x))
    x, t = x[reihenfolge], t[reihenfolge]
    for anfang in range(0, len(x), groesse):
        yield x[anfang:anfang + groesse], t[anfang:anfang + groesse]


def hauptprogramm():
    zufall = np.random.default_rng(99)
    zentren = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    klassen = zufall.integers(0, 4, 320)
    x = zentren[klassen] * (1 + (zufall.random((320, 1)) > 0.5)) + 0.35 * zufall.normal(size=(320, 2))
    t = np.eye(4)[klassen]
    x_lern, t_lern, x_test, t_test = x[:240], t[:240], x[240:], t[240:]

    netz = Netz([2, 16, 12, 4])
    for epoche in range(1, 101):
        for xb, tb in stapel(x_lern, t_lern, 24, zufall):
            netz.lerne_schritt(xb, tb, lernrate=0.2)
        if epoche % 20 == 0:
            trefferquote = np.mean(netz.vorhersage(x_test).argmax(1) == t_test.argmax(1))
            print(f"Epoche {epoche:3d}: Verlust {netz.verlust(x_lern, t_lern):.4f}, "
                  f"Trefferquote (Test) {100 * trefferquote:.1f} %")


if __name__ == "__main__":
    hauptprogramm()
