# Rete neurale senza librerie: parita' a 3 bit
# (esercizio per capire la retropropagazione, niente numpy)
import math
import random

random.seed(5)


def sigmoide(x):
    return 1.0 / (1.0 + math.exp(-x))


class Rete:
    def __init__(self, strati):
        self.strati = strati
        self.pesi = []      # pesi[l][j][i]: dal neurone i dello strato l al neurone j dello strato l+1
        self.soglie = []
        for l in range(len(strati) - 1):
            self.pesi.append([[random.uniform(-1, 1) for _ in range(strati[l])] for _ in range(strati[l + 1])])
            self.soglie.append([random.uniform(-1, 1) for _ in range(strati[l + 1])])

    def avanti(self, ingresso):
        self.att = [list(ingresso)]
        for l in range(len(self.pesi)):
            nuovo = []
            for j in range(self.strati[l + 1]):
                s = self.soglie[l][j]
                for i in range(self.strati[l]):
                    s += self.pesi[l][j][i] * self.att[l][i]
                nuovo.append(sigmoide(s))
            self.att.append(nuovo)
        return self.att[-1]

    def indietro(self, atteso, passo):
        # delta dello strato di uscita
        uscita = self.att[-1]
        delta = [None] * len(self.pesi)
        delta[-1] = [(uscita[j] - atteso[j]) * uscita[j] * (1 - uscita[j]) for j in range(len(uscita))]

        # delta degli strati nascosti
        for l in range(len(self.pesi) - 2, -1, -1):
            riga = []
            for j in range(self.strati[l + 1]):
                somma = 0.0
                for k in range(self.strati[l + 2]):
                    somma += self.pesi[l + 1][k][j] * delta[l + 1][k]
                a = self.att[l + 1][j]
                riga.append(somma * a * (1 - a))
            delta[l] = riga

        # aggiornamento
        for l in range(len(self.pesi)):
            for j in range(self.strati[l + 1]):
                for i in range(self.strati[l]):
                    self.pesi[l][j][i] -= passo * delta[l][j] * self.att[l][i]
                self.soglie[l][j] -= passo * delta[l][j]

    def errore(self, atteso):
        return sum((o - t) ** 2 for o, t in zip(self.att[-1], atteso)) / 2


tabella = []
for a in (0, 1):
    for b in (0, 1):
        for c in (0, 1):
            tabella.append(([a, b, c], [(a + b + c) % 2]))

rete = Rete([3, 6, 1])
for epoca in range(1, 12001):
    random.shuffle(tabella)
    tot = 0
    for x, t in tabella:
        rete.avanti(x)
        tot += rete.errore(t)
        rete.indietro(t, 0.5)
    if epoca % 1000 == 0:
        print("epoca", epoca, "errore", round(tot, 5))

for x, t in sorted(tabella):
    print(x, "->", round(rete.avanti(x)[0], 3), "atteso", t[0])
