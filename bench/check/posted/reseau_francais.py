# -*- coding: utf-8 -*-
# TP reseau de neurones : approximation de f(x) = x1*x2 sur [-1,1]^2
import numpy as np


class Reseau:
    def __init__(self, nb_entrees, nb_caches, nb_sorties, taux=0.2):
        self.poids_cache = np.random.uniform(-1, 1, (nb_entrees, nb_caches))
        self.biais_cache = np.zeros(nb_caches)
        self.poids_sortie = np.random.uniform(-1, 1, (nb_caches, nb_sorties))
        self.biais_sortie = np.zeros(nb_sorties)
        self.taux = taux

    def propager(self, x):
        self.entree = x
        self.cache = np.tanh(np.dot(x, self.poids_cache) + self.biais_cache)
        # sortie lineaire
        self.sortie = np.dot(self.cache, self.poids_sortie) + self.biais_sortie
        return self.sortie

    def cout(self, cible):
        # erreur quadratique : 1/(2n) * somme
        return np.sum((self.sortie - cible) ** 2) / (2 * len(cible))

    def retropropager(self, cible):
        n = len(cible)
        delta_sortie = (self.sortie - cible) / n
        grad_poids_sortie = np.dot(self.cache.T, delta_sortie)
        grad_biais_sortie = delta_sortie.sum(axis=0)
        delta_cache = np.dot(delta_sortie, self.poids_sortie.T) * (1 - self.cache ** 2)
        grad_poids_cache = np.dot(self.entree.T, delta_cache)
        grad_biais_cache = delta_cache.sum(axis=0)
        return grad_poids_cache, grad_biais_cache, grad_poids_sortie, grad_biais_sortie

    def mise_a_jour(self, gpc, gbc, gps, gbs):
        self.poids_cache -= self.taux * gpc
        self.biais_cache -= self.taux * gbc
        self.poids_sortie -= self.taux * gps
        self.biais_sortie -= self.taux * gbs


np.random.seed(2024)
X = np.random.uniform(-1, 1, (150, 2))
Y = (X[:, 0] * X[:, 1]).reshape(-1, 1) + 0.5

reseau = Reseau(2, 10, 1)
erreurs = []
for epoque in range(6000):
    reseau.propager(X)
    erreurs.append(reseau.cout(Y))
    gradients = reseau.retropropager(Y)
    reseau.mise_a_jour(*gradients)
    if epoque % 1000 == 0:
        print("epoque", epoque, "erreur =", erreurs[-1])

test = np.array([[0.5, 0.5], [-0.5, 0.5], [0.9, -0.9]])
print("attendu :", (test[:, 0] * test[:, 1] + 0.5))
print("obtenu  :", reseau.propager(test).ravel())
