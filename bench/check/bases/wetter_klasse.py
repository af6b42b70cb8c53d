import numpy as np


class Netz:
    """Regression: versteckte Schichten mit tanh, Ausgabe linear. Ein Beispiel ist eine Spalte."""

    def __init__(self, schichten, saat=0):
        np.random.seed(saat)
        self.W, self.b = [], []
        for ein, aus in zip(schichten, schichten[1:]):
            self.W.append(np.random.normal(0, 1 / np.sqrt(ein), (aus, ein)))
            self.b.append(np.zeros((aus, 1)))
        self.mW = [0 * w for w in self.W]
        self.mb = [0 * b for b in self.b]

    @staticmethod
    def f(z):
        return np.tanh(z)

    @staticmethod
    def f_strich(a):
        # a ist schon tanh(z)
        return 1 - a ** 2

    def vor(self, x):
        self.a = [x]
        for k in range(len(self.W) - 1):
            self.a.append(self.f(self.W[k] @ self.a[k] + self.b[k]))
        self.a.append(self.W[-1] @ self.a[-1] + self.b[-1])
        return self.a[-1]

    def zurueck(self, fehler):
        n = fehler.shape[1]
        self.dW, self.db = [0] * len(self.W), [0] * len(self.W)
        delta = 2 * fehler / n
        k = len(self.W) - 1
        while k >= 0:
            self.dW[k] = delta @ self.a[k].T
            self.db[k] = delta @ np.ones((n, 1))
            if k > 0:
                delta = (self.W[k].T @ delta) * self.f_strich(self.a[k])
            k -= 1

    def schritt(self, lernrate, traegheit):
        for k in range(len(self.W)):
            self.mW[k] = traegheit * self.mW[k] + self.dW[k]
            self.mb[k] = traegheit * self.mb[k] + self.db[k]
            self.W[k] = self.W[k] - lernrate * self.mW[k]
            self.b[k] = self.b[k] - lernrate * self.mb[k]


tag = np.linspace(0, 2, 60)
temperatur = (10 - 9 * np.cos(2 * np.pi * tag) + 2 * tag).reshape(1, -1)
mittel, streuung = temperatur.mean(), temperatur.std()
ziel = (temperatur - mittel) / streuung
eingabe = np.array([tag - 1, (tag - 1) ** 2])

netz = Netz([2, 8, 5, 1], saat=3)
for runde in range(400):
    ausgabe = netz.vor(eingabe)
    kosten = np.sum((ausgabe - ziel) ** 2) / ziel.shape[1]
    netz.zurueck(ausgabe - ziel)
    netz.schritt(0.02, 0.8)
    if runde % 80 == 0:
        print(f'Runde {runde}: Kosten {kosten:.4f}')
print('mittlere Abweichung in Grad:', np.abs(ausgabe - ziel).mean() * streuung)
