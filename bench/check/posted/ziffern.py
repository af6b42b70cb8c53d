import numpy as np

# Ziffernerkennung mit verrauschten 3x5-Bildern. Drei verdeckte Schichten, Leaky-ReLU, Dropout.

VORLAGEN = ["111101101101111", "010110010010111", "111001111100111", "111001111001111",
            "101101111001001", "111100111001111", "111100111101111", "111001010010010",
            "111101111101111", "111101111001111"]

zufall = np.random.RandomState(77)


def erzeuge_daten(anzahl):
    ziffern = zufall.randint(0, 10, anzahl)
    bilder = np.array([[int(z) for z in VORLAGEN[k]] for k in ziffern], dtype=float)
    bilder += zufall.normal(0, 0.25, bilder.shape)
    return bilder, ziffern


def leaky(z):
    return np.where(z > 0, z, 0.01 * z)


def leaky_ableitung(z):
    return np.where(z > 0, 1.0, 0.01)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Netz:
    def __init__(self, schichten, behalte=0.8, l2=1e-4):
        self.behalte = behalte
        self.l2 = l2
        self.gewichte = []
        self.schwellen = []
        for ein, aus in zip(schichten, schichten[1:]):
            self.gewichte.append(zufall.normal(0, np.sqrt(2 / ein), (ein, aus)))
            self.schwellen.append(np.zeros((1, aus)))

    def vorwaerts(self, x, training=False):
        self.eingaben, self.summen, self.masken = [], [], []
        a = x
        for W, b in zip(self.gewichte[:-1], self.schwellen[:-1]):
            self.eingaben.append(a)
            z = a @ W + b
            self.summen.append(z)
            a = leaky(z)
            if training:
                maske = (zufall.rand(*a.shape) < self.behalte) / self.behalte
                a = a * maske
                self.masken.append(maske)
        self.eingaben.append(a)
        return softmax(a @ self.gewichte[-1] + self.schwellen[-1])

    def rueckwaerts(self, ausgabe, ziel):
        n = len(ziel)
        delta = ausgabe.copy()
        delta[np.arange(n), ziel] -= 1
        delta /= n
        grad_W, grad_b = [], []
        for i in range(len(self.gewichte) - 1, -1, -1):
            grad_W.insert(0, self.eingaben[i].T @ delta + self.l2 * self.gewichte[i])
            grad_b.insert(0, delta.sum(axis=0, keepdims=True))
            if i > 0:
                delta = delta @ self.gewichte[i].T
                delta = delta * self.masken[i - 1] * leaky_ableitung(self.summen[i - 1])
        return grad_W, grad_b

    def schritt(self, grad_W, grad_b, rate):
        for i in range(len(self.gewichte)):
            self.gewichte[i] -= rate * grad_W[i]
            self.schwellen[i] -= rate * grad_b[i]


def kosten(p, ziel):
    return -np.mean(np.log(p[np.arange(len(ziel)), ziel] + 1e-12))


bilder, ziffern = erzeuge_daten(1200)
test_bilder, test_ziffern = erzeuge_daten(400)

netz = Netz([15, 40, 30, 20, 10])
rate = 0.15
STAPEL = 40
for epoche in range(1, 61):
    folge = zufall.permutation(len(bilder))
    bilder, ziffern = bilder[folge], ziffern[folge]
    summe = 0.0
    for s in range(0, len(bilder), STAPEL):
        x, t = bilder[s:s + STAPEL], ziffern[s:s + STAPEL]
        p = netz.vorwaerts(x, training=True)
        summe += kosten(p, t) * len(x)
        gW, gb = netz.rueckwaerts(p, t)
        netz.schritt(gW, gb, rate)
    rate *= 0.98
    if epoche % 10 == 0 or epoche == 1:
        richtig = np.mean(netz.vorwaerts(test_bilder).argmax(axis=1) == test_ziffern)
        print(f"Epoche {epoche:2d}: Kosten {summe / len(bilder):.4f}, Test {100 * richtig:.1f} %")
