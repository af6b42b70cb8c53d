#!/usr/bin/env python3
"""Reconnaître un chiffre sur un afficheur 7 segments abîmé.

Réseau « à la Nielsen » : un exemple à la fois, vecteurs colonnes,
sigmoïdes partout, entropie croisée binaire sur les 10 sorties,
régularisation L2 (weight decay).
"""
import random
import numpy as np

#            a  b  c  d  e  f  g
SEGMENTS = ["1111110", "0110000", "1101101", "1111001", "0110011",
            "1011011", "1011111", "1110000", "1111111", "1111011"]


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoide_prime(z):
    s = sigmoide(z)
    return s * (1 - s)


def fabriquer(nb, bruit):
    exemples = []
    for _ in range(nb):
        c = random.randrange(10)
        x = np.array([[float(s)] for s in SEGMENTS[c]])
        x = x + bruit * np.random.randn(7, 1)
        y = np.zeros((10, 1))
        y[c] = 1.0
        exemples.append((x, y))
    return exemples


class Reseau:

    def __init__(self, tailles):
        self.nb_couches = len(tailles)
        self.biais = [np.random.randn(t, 1) for t in tailles[1:]]
        self.poids = [np.random.randn(b, a) / np.sqrt(a)
                      for a, b in zip(tailles[:-1], tailles[1:])]

    def sortie(self, a):
        for b, w in zip(self.biais, self.poids):
            a = sigmoide(w @ a + b)
        return a

    def cout(self, exemples):
        total = 0.0
        for x, y in exemples:
            a = self.sortie(x)
            total -= np.sum(y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a + 1e-12))
        return total / len(exemples)

    def retropropagation(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biais]
        nabla_w = [np.zeros(w.shape) for w in self.poids]
        # passe avant
        activations, zs = [x], []
        for b, w in zip(self.biais, self.poids):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoide(zs[-1]))
        # passe arrière
        delta = activations[-1] - y
        nabla_b[-1] = delta
        nabla_w[-1] = delta @ activations[-2].T
        for l in range(2, self.nb_couches):
            delta = (self.poids[-l + 1].T @ delta) * sigmoide_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = delta @ activations[-l - 1].T
        return nabla_b, nabla_w

    def mini_lot(self, lot, eta, lmbda, n):
        nabla_b = [np.zeros(b.shape) for b in self.biais]
        nabla_w = [np.zeros(w.shape) for w in self.poids]
        for x, y in lot:
            db, dw = self.retropropagation(x, y)
            nabla_b = [nb + d for nb, d in zip(nabla_b, db)]
            nabla_w = [nw + d for nw, d in zip(nabla_w, dw)]
        self.poids = [(1 - eta * lmbda / n) * w - eta / len(lot) * nw
                      for w, nw in zip(self.poids, nabla_w)]
        self.biais = [b - eta / len(lot) * nb
                      for b, nb in zip(self.biais, nabla_b)]

    def apprendre(self, donnees, epoques, taille_lot, eta, lmbda, test):
        n = len(donnees)
        for e in range(epoques):
            random.shuffle(donnees)
            for k in range(0, n, taille_lot):
                self.mini_lot(donnees[k:k + taille_lot], eta, lmbda, n)
            bons = 0
            for x, y in test:
                bons += int(np.argmax(self.sortie(x)) == np.argmax(y))
            print(f"époque {e + 1:2d} : coût (sans L2) {self.cout(donnees):.4f}, {bons} / {len(test)}")


random.seed(5)
np.random.seed(5)
apprentissage = fabriquer(1000, 0.3)
verification = fabriquer(300, 0.3)
reseau = Reseau([7, 20, 15, 10])
reseau.apprendre(apprentissage, 15, 10, 0.6, 0.2, verification)
