# -*- coding: utf-8 -*-
# Práctica 3: red neuronal multicapa para aproximar una función
# f(x) = sin(2x) + 0.3x   en [-3, 3]
import numpy as np


class RedNeuronal:
    """Capas ocultas con tanh, salida lineal. Las muestras van por filas."""

    def __init__(self, tamanos, semilla=0):
        self.azar = np.random.RandomState(semilla)
        self.pesos = []
        self.sesgos = []
        for entrada, salida in zip(tamanos[:-1], tamanos[1:]):
            self.pesos.append(self.azar.randn(entrada, salida) / np.sqrt(entrada))
            self.sesgos.append(np.zeros((1, salida)))
        self.vel_p = [np.zeros_like(w) for w in self.pesos]
        self.vel_s = [np.zeros_like(b) for b in self.sesgos]

    def propagar(self, x):
        self.activaciones = [x]
        for k in range(len(self.pesos)):
            z = self.activaciones[-1].dot(self.pesos[k]) + self.sesgos[k]
            if k < len(self.pesos) - 1:
                z = np.tanh(z)
            self.activaciones.append(z)
        return self.activaciones[-1]

    def retropropagar(self, y):
        n = y.shape[0]
        grad_p = [None] * len(self.pesos)
        grad_s = [None] * len(self.pesos)
        # coste = 1/(2n) * suma (salida - y)^2
        delta = (self.activaciones[-1] - y) / n
        for k in reversed(range(len(self.pesos))):
            grad_p[k] = self.activaciones[k].T.dot(delta)
            grad_s[k] = delta.sum(axis=0, keepdims=True)
            if k > 0:
                delta = delta.dot(self.pesos[k].T) * (1 - self.activaciones[k] ** 2)
        return grad_p, grad_s

    def actualizar(self, grad_p, grad_s, tasa, mu):
        # Nesterov (la forma de Bengio): se usa la velocidad vieja y la nueva
        for k in range(len(self.pesos)):
            anterior = self.vel_p[k].copy()
            self.vel_p[k] = mu * self.vel_p[k] - tasa * grad_p[k]
            self.pesos[k] += -mu * anterior + (1 + mu) * self.vel_p[k]
            anterior = self.vel_s[k].copy()
            self.vel_s[k] = mu * self.vel_s[k] - tasa * grad_s[k]
            self.sesgos[k] += -mu * anterior + (1 + mu) * self.vel_s[k]

    def copiar(self):
        return [w.copy() for w in self.pesos], [b.copy() for b in self.sesgos]


def coste(salida, y):
    return np.sum((salida - y) ** 2) / (2 * len(y))


def funcion(x):
    return np.sin(2 * x) + 0.3 * x


azar = np.random.RandomState(7)
x = azar.uniform(-3, 3, size=(260, 1))
y = funcion(x) + azar.normal(0, 0.05, size=x.shape)
x_ent, y_ent = x[:200], y[:200]
x_val, y_val = x[200:], y[200:]

red = RedNeuronal([1, 24, 24, 1], semilla=1)
paciencia = 40
sin_mejora = 0
mejor = np.inf
mejores = None

for epoca in range(600):
    orden = azar.permutation(len(x_ent))
    for ini in range(0, len(orden), 20):
        lote = orden[ini:ini + 20]
        red.propagar(x_ent[lote])
        gp, gs = red.retropropagar(y_ent[lote])
        red.actualizar(gp, gs, 0.02, 0.9)
    c_val = coste(red.propagar(x_val), y_val)
    if c_val < mejor:
        mejor = c_val
        mejores = red.copiar()
        sin_mejora = 0
    else:
        sin_mejora += 1
    if epoca % 50 == 0:
        c_ent = coste(red.propagar(x_ent), y_ent)
        print("época %3d  entrenamiento %.5f  validación %.5f" % (epoca, c_ent, c_val))
    if sin_mejora >= paciencia:
        print("parada temprana en la época", epoca)
        break

red.pesos, red.sesgos = mejores
print("mejor coste de validación: %.5f" % mejor)
for v in (-2.0, -0.5, 1.0, 2.5):
    print("f(%4.1f) = %.3f   red: %.3f" % (v, funcion(v), red.propagar(np.array([[v]]))[0, 0]))
