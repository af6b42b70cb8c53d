# Red neuronal para el XOR, hecha a mano con numpy
# (practica 2 de la asignatura, sin librerias de machine learning)
import numpy as np

np.random.seed(7)

datos = [
    ([0, 0], 0),
    ([0, 1], 1),
    ([1, 0], 1),
    ([1, 1], 0),
]


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


class RedNeuronal:

    def __init__(self, n_entrada, n_oculta, tasa):
        self.tasa = tasa
        self.W1 = np.random.randn(n_oculta, n_entrada)
        self.b1 = np.zeros((n_oculta, 1))
        self.W2 = np.random.randn(1, n_oculta)
        self.b2 = np.zeros((1, 1))

    def propagar(self, x):
        self.x = x
        self.h = sigmoide(np.dot(self.W1, x) + self.b1)
        self.o = sigmoide(np.dot(self.W2, self.h) + self.b2)
        return self.o

    def retropropagar(self, objetivo):
        # error cuadratico E = 1/2 (o - t)^2
        delta_o = (self.o - objetivo) * self.o * (1 - self.o)
        delta_h = np.dot(self.W2.T, delta_o) * self.h * (1 - self.h)

        self.W2 = self.W2 - self.tasa * delta_o * self.h.T
        self.b2 = self.b2 - self.tasa * delta_o
        self.W1 = self.W1 - self.tasa * delta_h * self.x.T
        self.b1 = self.b1 - self.tasa * delta_h

    def entrenar(self, datos, epocas):
        for epoca in range(epocas):
            error = 0.0
            for entrada, salida in datos:
                x = np.array(entrada, dtype=float).reshape(-1, 1)
                o = self.propagar(x)
                error += 0.5 * np.sum((o - salida) ** 2)
                self.retropropagar(salida)
            if epoca % 1000 == 0:
                print("epoca", epoca, "error", round(error / len(datos), 5))


red = RedNeuronal(2, 2, 0.5)
red.entrenar(datos, 8001)

print("Resultados:")
for entrada, salida in datos:
    x = np.array(entrada, dtype=float).reshape(-1, 1)
    print(entrada, "esperado", salida, "obtenido", red.propagar(x))
