# -*- coding: utf-8 -*-
# Sztuczna inteligencja - laboratorium 4
# Rozpoznawanie liter, siec jednokierunkowa 25-10-5, metoda wstecznej propagacji z momentum
import numpy as np

np.random.seed(11)

LITERY = {
    'A': "01110 10001 11111 10001 10001",
    'C': "01111 10000 10000 10000 01111",
    'E': "11111 10000 11110 10000 11111",
    'L': "10000 10000 10000 10000 11111",
    'T': "11111 00100 00100 00100 00100",
}


def wczytaj_wzorce(ile_kopii, szum):
    wejscia, wyjscia = [], []
    nazwy = sorted(LITERY)
    for k, nazwa in enumerate(nazwy):
        bity = np.array([float(c) for c in LITERY[nazwa].replace(" ", "")])
        for _ in range(ile_kopii):
            x = bity.copy()
            odwrocone = np.random.rand(25) < szum
            x[odwrocone] = 1.0 - x[odwrocone]
            d = np.zeros(len(nazwy))
            d[k] = 1.0
            wejscia.append(x)
            wyjscia.append(d)
    return np.array(wejscia), np.array(wyjscia), nazwy


class SiecNeuronowa:
    def __init__(self, n_we, n_ukr, n_wy, eta=0.15, alfa=0.6, beta=1.5):
        self.eta = eta        # wspolczynnik uczenia
        self.alfa = alfa      # momentum
        self.beta = beta      # nachylenie sigmoidy
        self.w1 = np.random.uniform(-0.5, 0.5, (n_ukr, n_we))
        self.b1 = np.random.uniform(-0.5, 0.5, (n_ukr, 1))
        self.w2 = np.random.uniform(-0.5, 0.5, (n_wy, n_ukr))
        self.b2 = np.random.uniform(-0.5, 0.5, (n_wy, 1))
        self.dw1 = np.zeros_like(self.w1)
        self.db1 = np.zeros_like(self.b1)
        self.dw2 = np.zeros_like(self.w2)
        self.db2 = np.zeros_like(self.b2)

    def f(self, s):
        return 1.0 / (1.0 + np.exp(-self.beta * s))

    def pochodna(self, y):
        return self.beta * y * (1.0 - y)

    def oblicz(self, x):
        self.x = x.reshape(-1, 1)
        self.h = self.f(self.w1.dot(self.x) + self.b1)
        self.y = self.f(self.w2.dot(self.h) + self.b2)
        return self.y

    def ucz(self, x, d):
        y = self.oblicz(x)
        blad = d.reshape(-1, 1) - y
        # sygnaly bledu obu warstw
        delta2 = blad * self.pochodna(y)
        delta1 = self.w2.T.dot(delta2) * self.pochodna(self.h)
        # warstwa wyjsciowa
        self.dw2 = self.eta * delta2.dot(self.h.T) + self.alfa * self.dw2
        self.db2 = self.eta * delta2 + self.alfa * self.db2
        self.w2 += self.dw2
        self.b2 += self.db2
        # warstwa ukryta
        self.dw1 = self.eta * delta1.dot(self.x.T) + self.alfa * self.dw1
        self.db1 = self.eta * delta1 + self.alfa * self.db1
        self.w1 += self.dw1
        self.b1 += self.db1
        return 0.5 * np.sum(blad ** 2)


if __name__ == '__main__':
    X, D, nazwy = wczytaj_wzorce(12, 0.06)
    siec = SiecNeuronowa(25, 10, 5)
    epoki = 400
    for epoka in range(1, epoki + 1):
        kolejnosc = np.random.permutation(len(X))
        X = X[kolejnosc]
        D = D[kolejnosc]
        suma = 0.0
        for x, d in zip(X, D):
            suma += siec.ucz(x, d)
        if epoka == 1 or epoka % 50 == 0:
            print("epoka", epoka, "blad sredni", round(suma / len(X), 6))

    Xt, Dt, _ = wczytaj_wzorce(20, 0.04)
    dobrze = 0
    for x, d in zip(Xt, Dt):
        dobrze += int(np.argmax(siec.oblicz(x)) == np.argmax(d))
    print("test: poprawnie", dobrze, "z", len(Xt))
