# Autoencoder fuer 4x4-Bilder mit einem hellen Balken (Zeile oder Spalte)
# 16 -> 10 -> 4 -> 10 -> 16, Code-Schicht linear, Ausgabe Sigmoid, Verlust MSE, Adam
import numpy as np

zufall = np.random.RandomState(1)


def erzeuge_bilder(anzahl):
    daten = np.zeros((anzahl, 16))
    for i in range(anzahl):
        bild = np.zeros((4, 4))
        helligkeit = zufall.uniform(0.4, 0.95)
        position = zufall.randint(4)
        if zufall.rand() < 0.5:
            bild[position, :] = helligkeit
        else:
            bild[:, position] = helligkeit
        daten[i] = bild.ravel()
    return daten


class Autoencoder:
    def __init__(self, n_ein=16, n_versteckt=10, n_code=4):
        groessen = [n_ein, n_versteckt, n_code, n_versteckt, n_ein]
        self.gewichte = [zufall.randn(a, b) * np.sqrt(1.0 / a)
                         for a, b in zip(groessen[:-1], groessen[1:])]
        self.bias = [np.zeros(b) for b in groessen[1:]]
        alle = self.gewichte + self.bias
        self.m = [np.zeros_like(p) for p in alle]
        self.v = [np.zeros_like(p) for p in alle]
        self.t = 0

    def vorwaerts(self, x):
        W, b = self.gewichte, self.bias
        h1 = np.tanh(x @ W[0] + b[0])
        code = h1 @ W[1] + b[1]
        h3 = np.tanh(code @ W[2] + b[2])
        aus = 1.0 / (1.0 + np.exp(-(h3 @ W[3] + b[3])))
        return h1, code, h3, aus

    def gradienten(self, x):
        W = self.gewichte
        h1, code, h3, aus = self.vorwaerts(x)
        verlust = np.mean((aus - x) ** 2)

        d_aus = 2.0 * (aus - x) / x.size * aus * (1.0 - aus)
        d_h3 = (d_aus @ W[3].T) * (1.0 - h3 ** 2)
        d_code = d_h3 @ W[2].T
        d_h1 = (d_code @ W[1].T) * (1.0 - h1 ** 2)

        gW = [x.T @ d_h1, h1.T @ d_code, code.T @ d_h3, h3.T @ d_aus]
        gb = [d.sum(axis=0) for d in (d_h1, d_code, d_h3, d_aus)]
        return verlust, gW + gb

    def adam_schritt(self, grad, lernrate=0.005, beta1=0.9, beta2=0.999, eps=1e-8):
        self.t += 1
        for k, p in enumerate(self.gewichte + self.bias):
            self.m[k] = beta1 * self.m[k] + (1 - beta1) * grad[k]
            self.v[k] = beta2 * self.v[k] + (1 - beta2) * grad[k] ** 2
            m_dach = self.m[k] / (1 - beta1 ** self.t)
            v_dach = self.v[k] / (1 - beta2 ** self.t)
            p -= lernrate * m_dach / (np.sqrt(v_dach) + eps)


if __name__ == "__main__":
    bilder = erzeuge_bilder(1024)
    netz = Autoencoder()
    for epoche in range(241):
        reihenfolge = zufall.permutation(len(bilder))
        summe = 0.0
        for start in range(0, len(bilder), 32):
            stapel = bilder[reihenfolge[start:start + 32]]
            verlust, grad = netz.gradienten(stapel)
            netz.adam_schritt(grad)
            summe += verlust * len(stapel)
        if epoche % 20 == 0:
            print("Epoche %3d: Rekonstruktionsfehler %.6f" % (epoche, summe / len(bilder)))

    probe = erzeuge_bilder(2)
    np.set_printoptions(precision=2, suppress=True)
    for original, kopie in zip(probe, netz.vorwaerts(probe)[-1]):
        print(original.reshape(4, 4))
        print("->")
        print(kopie.reshape(4, 4))
