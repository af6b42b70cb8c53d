# -*- coding: utf-8 -*-
# Apprendre une fonction avec un réseau 1-12-1 en Python pur (pas de numpy), Adam à la main.
import math
import random

random.seed(21)

# --- données : une sinusoïde amortie, un peu bruitée
points = []
for k in range(100):
    x = -3.0 + 6.0 * k / 99
    points.append((x, math.exp(-0.2 * abs(x)) * math.sin(2.0 * x) + random.gauss(0, 0.03)))

NB_CACHES = 12


def poids_initiaux(n, echelle):
    return [random.gauss(0.0, echelle) for _ in range(n)]


class Parametre:
    """une liste de nombres, avec son gradient et ses deux moments"""

    def __init__(self, valeurs):
        self.val = valeurs
        self.grad = [0.0] * len(valeurs)
        self.m = [0.0] * len(valeurs)
        self.v = [0.0] * len(valeurs)

    def remise_a_zero(self):
        self.grad = [0.0] * len(self.val)

    def adam(self, t, pas=0.02, b1=0.9, b2=0.999, eps=1e-8):
        for i, g in enumerate(self.grad):
            self.m[i] = b1 * self.m[i] + (1 - b1) * g
            self.v[i] = b2 * self.v[i] + (1 - b2) * g * g
            m_corr = self.m[i] / (1 - b1 ** t)
            v_corr = self.v[i] / (1 - b2 ** t)
            self.val[i] -= pas * m_corr / (math.sqrt(v_corr) + eps)


entree = Parametre(poids_initiaux(NB_CACHES, 1.0))
biais = Parametre(poids_initiaux(NB_CACHES, 1.0))
sortie = Parametre(poids_initiaux(NB_CACHES, 0.3))
decalage = Parametre([0.0])
tous = [entree, biais, sortie, decalage]


def calcul(x):
    caches = [math.tanh(entree.val[j] * x + biais.val[j]) for j in range(NB_CACHES)]
    y = decalage.val[0] + sum(sortie.val[j] * caches[j] for j in range(NB_CACHES))
    return caches, y


def une_epoque():
    """perte quadratique moyenne, gradients cumulés sur tous les points"""
    for p in tous:
        p.remise_a_zero()
    perte = 0.0
    n = len(points)
    for x, cible in points:
        caches, y = calcul(x)
        ecart = y - cible
        perte += ecart ** 2 / n
        dy = 2.0 * ecart / n
        decalage.grad[0] += dy
        for j in range(NB_CACHES):
            sortie.grad[j] += dy * caches[j]
            dz = dy * sortie.val[j] * (1.0 - caches[j] ** 2)
            entree.grad[j] += dz * x
            biais.grad[j] += dz
    return perte


TOLERANCE = 1e-9
precedente = float("inf")
for t in range(1, 3001):
    perte = une_epoque()
    if abs(precedente - perte) < TOLERANCE:
        print("convergence après", t, "époques")
        break
    precedente = perte
    for p in tous:
        p.adam(t)
    if t % 300 == 0 or t == 1:
        print("époque", t, "perte", round(perte, 6))

for x in (-2.0, -0.8, 0.0, 0.8, 2.0):
    vrai = math.exp(-0.2 * abs(x)) * math.sin(2.0 * x)
    print("x = %5.2f   réseau %7.3f   vrai %7.3f" % (x, calcul(x)[1], vrai))
