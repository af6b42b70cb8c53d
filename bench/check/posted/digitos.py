# -*- coding: utf-8 -*-
# Red neuronal para reconocer dígitos dibujados a mano (5x4) con ruido.
# Práctica 3 - softmax + entropía cruzada con suavizado de etiquetas
import numpy as np

DIBUJOS = [
    "####|#..#|#..#|#..#|####", "..#.|.##.|..#.|..#.|.###", "####|...#|####|#...|####",
    "####|...#|.###|...#|####", "#..#|#..#|####|...#|...#", "####|#...|####|...#|####",
    "####|#...|####|#..#|####", "####|...#|..#.|.#..|.#..", "####|#..#|####|#..#|####",
    "####|#..#|####|...#|####",
]


def crear_datos(copias, ruido, rng):
    base = np.array([[1.0 if c == "#" else 0.0 for c in d.replace("|", "")] for d in DIBUJOS])
    X = np.repeat(base, copias, axis=0)
    etiquetas = np.repeat(np.arange(10), copias)
    X = X + ruido * rng.standard_normal(X.shape)
    return X, etiquetas


class RedNeuronal:
    def __init__(self, capas, rng, epsilon=0.1):
        self.epsilon = epsilon      # suavizado
        self.pesos = []
        self.sesgos = []
        for entrada, salida in zip(capas[:-1], capas[1:]):
            limite = np.sqrt(6.0 / (entrada + salida))
            self.pesos.append(rng.uniform(-limite, limite, (entrada, salida)))
            self.sesgos.append(np.zeros(salida))

    def propagar(self, X):
        self.activaciones = [X]
        a = X
        ultima = len(self.pesos) - 1
        for i, (W, b) in enumerate(zip(self.pesos, self.sesgos)):
            z = a @ W + b
            if i < ultima:
                a = np.tanh(z)
            else:
                z = z - z.max(axis=1, keepdims=True)
                e = np.exp(z)
                a = e / e.sum(axis=1, keepdims=True)
            self.activaciones.append(a)
        return a

    def suavizar(self, etiquetas, k=10):
        Y = np.eye(k)[etiquetas]
        return Y * (1 - self.epsilon) + self.epsilon / k

    def perdida(self, P, Y):
        return -np.mean(np.sum(Y * np.log(P + 1e-12), axis=1))

    def retropropagar(self, Y):
        n = Y.shape[0]
        grad_W = [None] * len(self.pesos)
        grad_b = [None] * len(self.pesos)
        delta = (self.activaciones[-1] - Y) / n
        for i in reversed(range(len(self.pesos))):
            grad_W[i] = self.activaciones[i].T @ delta
            grad_b[i] = delta.sum(axis=0)
            if i > 0:
                delta = (delta @ self.pesos[i].T) * (1 - self.activaciones[i] ** 2)
        return grad_W, grad_b

    def actualizar(self, grad_W, grad_b, tasa):
        for i in range(len(self.pesos)):
            self.pesos[i] -= tasa * grad_W[i]
            self.sesgos[i] -= tasa * grad_b[i]

    def exactitud(self, X, etiquetas):
        return np.mean(self.propagar(X).argmax(axis=1) == etiquetas)


def entrenar(red, X, etiquetas, rng, epocas=40, lote=32, tasa=0.2):
    n = len(X)
    Y = red.suavizar(etiquetas)
    for epoca in range(epocas):
        orden = rng.permutation(n)
        Xm, Ym = X[orden], Y[orden]
        total = 0.0
        for ini in range(0, n, lote):
            xb, yb = Xm[ini:ini + lote], Ym[ini:ini + lote]
            P = red.propagar(xb)
            total += red.perdida(P, yb) * len(xb)
            gW, gb = red.retropropagar(yb)
            red.actualizar(gW, gb, tasa)
        if epoca % 5 == 0 or epoca == epocas - 1:
            print(f"época {epoca:3d}  pérdida {total / n:.4f}  exactitud {red.exactitud(X, etiquetas):.3f}")


rng = np.random.default_rng(7)
X_ent, y_ent = crear_datos(60, 0.35, rng)
X_pru, y_pru = crear_datos(20, 0.35, rng)
red = RedNeuronal([20, 32, 10], rng)
entrenar(red, X_ent, y_ent, rng)
print("exactitud en prueba:", red.exactitud(X_pru, y_pru))
