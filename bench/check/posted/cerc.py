# Laborator 4 - Inteligenta artificiala
# Retea de neuroni (obiecte), puncte in interiorul / exteriorul unui cerc
import math
import random

random.seed(2024)


class Neuron:
    def __init__(self, nr_intrari):
        self.ponderi = [random.gauss(0, 1) / math.sqrt(nr_intrari) for _ in range(nr_intrari)]
        self.prag = random.gauss(0, 0.5)
        self.goleste_gradient()

    def goleste_gradient(self):
        self.g_ponderi = [0.0] * len(self.ponderi)
        self.g_prag = 0.0

    def calculeaza(self, intrari):
        self.intrari = intrari
        suma = sum(p * i for p, i in zip(self.ponderi, intrari)) + self.prag
        self.iesire = math.tanh(suma)
        return self.iesire

    def propaga_inapoi(self, eroare):
        self.delta = eroare * (1 - self.iesire * self.iesire)
        for k in range(len(self.ponderi)):
            self.g_ponderi[k] += self.delta * self.intrari[k]
        self.g_prag += self.delta

    def actualizeaza(self, rata, nr):
        for k in range(len(self.ponderi)):
            self.ponderi[k] -= rata * self.g_ponderi[k] / nr
        self.prag -= rata * self.g_prag / nr
        self.goleste_gradient()


class Retea:
    def __init__(self, dimensiuni):
        self.straturi = []
        for i in range(1, len(dimensiuni)):
            self.straturi.append([Neuron(dimensiuni[i - 1]) for _ in range(dimensiuni[i])])

    def inainte(self, x):
        for strat in self.straturi:
            x = [n.calculeaza(x) for n in strat]
        return x

    def inapoi(self, tinta):
        for n, t in zip(self.straturi[-1], tinta):
            n.propaga_inapoi(n.iesire - t)
        for s in range(len(self.straturi) - 2, -1, -1):
            urmator = self.straturi[s + 1]
            for j, n in enumerate(self.straturi[s]):
                eroare = 0.0
                for u in urmator:
                    eroare += u.delta * u.ponderi[j]
                n.propaga_inapoi(eroare)

    def actualizeaza(self, rata, nr):
        for strat in self.straturi:
            for n in strat:
                n.actualizeaza(rata, nr)


def genereaza(n):
    puncte = []
    while len(puncte) < n:
        x, y = random.uniform(-1, 1), random.uniform(-1, 1)
        raza = math.hypot(x, y)
        if abs(raza - 0.7) < 0.05:
            continue
        puncte.append(([x, y], [1.0] if raza < 0.7 else [-1.0]))
    return puncte


date = genereaza(150)
retea = Retea([2, 8, 1])
LOT = 10

for epoca in range(501):
    random.shuffle(date)
    pierdere = 0.0
    for inceput in range(0, len(date), LOT):
        lot = date[inceput:inceput + LOT]
        for x, t in lot:
            y = retea.inainte(x)
            pierdere += 0.5 * (y[0] - t[0]) ** 2
            retea.inapoi(t)
        retea.actualizeaza(0.3, len(lot))
    if epoca % 50 == 0:
        print("epoca %3d  pierdere medie %.5f" % (epoca, pierdere / len(date)))

corecte = sum(1 for x, t in date if retea.inainte(x)[0] * t[0] > 0)
print("clasificate corect:", corecte, "din", len(date))
