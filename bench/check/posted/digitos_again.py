import numpy as np

# Dígitos de 5x7 dibujados a mano
DIBUJOS = [
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111",
    "11110 00001 00001 01110 00001 00001 11110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
]


def crear_datos(copias, ruido, rng):
    base = np.array([[float(c) for c in d.replace(" ", "")] for d in DIBUJOS])
    X = np.repeat(base, copias, axis=0)
    y = np.repeat(np.arange(10), copias)
    X = X + ruido * rng.normal(size=X.shape)
    Y = np.zeros((len(y), 10))
    Y[np.arange(len(y)), y] = 1
    return X, Y


class RedNeuronal:
    def __init__(self, entradas, ocultas, salidas, tasa=0.03, semilla=0):
        self.rng = np.random.default_rng(semilla)
        self.tasa = tasa
        self.W1 = self.rng.normal(0, 1 / np.sqrt(entradas), (entradas, ocultas))
        self.b1 = np.zeros(ocultas)
        self.W2 = self.rng.normal(0, 1 / np.sqrt(ocultas), (ocultas, salidas))
        self.b2 = np.zeros(salidas)

    def softmax(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def adelante(self, X):
        self.X = X
        self.h = np.tanh(X @ self.W1 + self.b1)
        self.p = self.softmax(self.h @ self.W2 + self.b2)
        return self.p

    def atras(self, Y):
        n = len(Y)
        d2 = (self.p - Y) / n
        dW2 = self.h.T @ d2
        db2 = d2.sum(axis=0)
        d1 = (d2 @ self.W2.T) * (1 - self.h ** 2)
        dW1 = self.X.T @ d1
        db1 = d1.sum(axis=0)
        self.W1 -= self.tasa * dW1
        self.b1 -= self.tasa * db1
        self.W2 -= self.tasa * dW2
        self.b2 -= self.tasa * db2

    def costo(self, Y):
        return -np.mean(np.sum(Y * np.log(self.p + 1e-9), axis=1))

    def entrenar(self, X, Y, epocas=160, lote=20):
        for ep in range(epocas):
            orden = self.rng.permutation(len(X))
            X = X[orden]
            Y = Y[orden]
            total = 0
            for i in range(0, len(X), lote):
                xb, yb = X[i:i + lote], Y[i:i + lote]
                self.adelante(xb)
                total += self.costo(yb) * len(xb)
                self.atras(yb)
            if ep % 20 == 0 or ep == epocas - 1:
                print(f"época {ep:3d}  costo {total / len(X):.4f}  aciertos {self.exactitud(X, Y):.3f}")

    def exactitud(self, X, Y):
        return np.mean(self.adelante(X).argmax(axis=1) == Y.argmax(axis=1))


rng = np.random.default_rng(11)
X, Y = crear_datos(200, 0.5, rng)
Xp, Yp = crear_datos(40, 0.5, rng)

red = RedNeuronal(35, 20, 10)
red.entrenar(X, Y)
print("aciertos en prueba:", red.exactitud(Xp, Yp))
