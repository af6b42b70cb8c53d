# -*- coding: utf-8 -*-
# Auto-encodeur débruiteur sur des lettres 5x5 (une colonne = une image)
import numpy as np

LETTRES = {
    'A': ".###. #...# ##### #...# #...#",
    'C': ".#### #.... #.... #.... .####",
    'E': "##### #.... ####. #.... #####",
    'F': "##### #.... ####. #.... #....",
    'H': "#...# #...# ##### #...# #...#",
    'I': "..#.. ..#.. ..#.. ..#.. ..#..",
    'L': "#.... #.... #.... #.... #####",
    'N': "#...# ##..# #.#.# #..## #...#",
    'T': "##### ..#.. ..#.. ..#.. ..#..",
    'U': "#...# #...# #...# #...# .###.",
    'X': "#...# .#.#. ..#.. .#.#. #...#",
    'Z': "##### ...#. ..#.. .#... #####",
}


def charger():
    colonnes = []
    for dessin in LETTRES.values():
        colonnes.append([1.0 if c == '#' else 0.0 for c in dessin.replace(' ', '')])
    return np.array(colonnes).T


def fuite(z):
    return np.where(z > 0, z, 0.1 * z)


def fuite_derivee(z):
    return np.where(z > 0, 1.0, 0.1)


class AutoEncodeur:
    def __init__(self, entree, code, pas):
        self.W1 = np.random.randn(code, entree) * np.sqrt(2.0 / entree)
        self.b1 = np.zeros((code, 1))
        self.W2 = np.random.randn(entree, code) * np.sqrt(1.0 / code)
        self.b2 = np.zeros((entree, 1))
        self.pas = pas

    def propager(self, x):
        self.z1 = self.W1.dot(x) + self.b1
        self.a1 = fuite(self.z1)
        self.z2 = self.W2.dot(self.a1) + self.b2
        self.a2 = 1.0 / (1.0 + np.exp(-np.clip(self.z2, -40, 40)))
        return self.a2

    def cout(self, cible):
        a = np.clip(self.a2, 1e-10, 1 - 1e-10)
        return -np.sum(cible * np.log(a) + (1 - cible) * np.log(1 - a)) / cible.shape[1]

    def retropropager(self, x, cible):
        m = x.shape[1]
        dz2 = self.a2 - cible
        dW2 = dz2.dot(self.a1.T) / m
        db2 = np.sum(dz2, axis=1, keepdims=True) / m
        dz1 = self.W2.T.dot(dz2) * fuite_derivee(self.z1)
        dW1 = dz1.dot(x.T) / m
        db1 = np.sum(dz1, axis=1, keepdims=True) / m
        self.W2 = self.W2 - self.pas * dW2
        self.b2 = self.b2 - self.pas * db2
        self.W1 = self.W1 - self.pas * dW1
        self.b1 = self.b1 - self.pas * db1


def montrer(col):
    for ligne in col.reshape(5, 5):
        print('   ', ''.join('#' if v > 0.5 else '.' for v in ligne))


np.random.seed(21)
propre = charger()
reseau = AutoEncodeur(25, 12, 0.1)

for iteration in range(12001):
    # chaque pixel est éteint avec une probabilité de 10 %
    bruite = propre * (np.random.rand(*propre.shape) > 0.1)
    reseau.propager(bruite)
    if iteration % 1500 == 0:
        print("itération", iteration, "coût", round(reseau.cout(propre), 4))
    reseau.retropropager(bruite, propre)

bruite = propre * (np.random.rand(*propre.shape) > 0.1)
sortie = reseau.propager(bruite)
print("pixels faux:", int(np.sum((sortie > 0.5) != (propre > 0.5))), "sur", propre.size)
montrer(bruite[:, 0])
print()
montrer(sortie[:, 0])
