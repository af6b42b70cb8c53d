# -*- coding: utf-8 -*-
# TP 3 : régression avec un réseau à deux couches cachées (numpy seulement)
import numpy as np

np.random.seed(4)


def leaky_relu(z, pente=0.1):
    return np.where(z > 0, z, pente * z)


def derivee_leaky_relu(z, pente=0.1):
    return np.where(z > 0, 1.0, pente)


class Reseau:

    def __init__(self, tailles, taux=0.02, inertie=0.9):
        self.taux = taux
        self.inertie = inertie
        self.poids = [np.random.randn(entree, sortie) * np.sqrt(2.0 / entree)
                      for entree, sortie in zip(tailles[:-1], tailles[1:])]
        self.biais = [np.zeros((1, sortie)) for sortie in tailles[1:]]
        self.vitesse_poids = [np.zeros_like(p) for p in self.poids]
        self.vitesse_biais = [np.zeros_like(b) for b in self.biais]

    def propager(self, x):
        self.z, self.a = [], [x]
        nb = len(self.poids)
        for i in range(nb):
            z = self.a[i] @ self.poids[i] + self.biais[i]
            self.z.append(z)
            self.a.append(z if i == nb - 1 else leaky_relu(z))
        return self.a[-1]

    def retropropager(self, y):
        m = y.shape[0]
        grad_poids = [None] * len(self.poids)
        grad_biais = [None] * len(self.biais)
        delta = 2 * (self.a[-1] - y) / m
        for i in reversed(range(len(self.poids))):
            grad_poids[i] = self.a[i].T @ delta
            grad_biais[i] = delta.sum(axis=0, keepdims=True)
            if i > 0:
                delta = (delta @ self.poids[i].T) * derivee_leaky_relu(self.z[i - 1])
        return grad_poids, grad_biais

    def mettre_a_jour(self, grad_poids, grad_biais):
        for i in range(len(self.poids)):
            self.vitesse_poids[i] = self.inertie * self.vitesse_poids[i] - self.taux * grad_poids[i]
            self.vitesse_biais[i] = self.inertie * self.vitesse_biais[i] - self.taux * grad_biais[i]
        for p, v in zip(self.poids, self.vitesse_poids):
            p += v
        for b, v in zip(self.biais, self.vitesse_biais):
            b += v


def eqm(y_estime, y):
    return np.mean((y_estime - y) ** 2)


def lire_donnees(n=200):
    surface = np.random.uniform(20, 150, n)
    etage = np.random.randint(0, 8, n)
    age = np.random.uniform(0, 80, n)
    prix = 3.2 * surface + 4 * etage - 1.2 * age + 0.012 * (age - 40) ** 2 * surface / 20
    prix += np.random.normal(0, 10, n)
    x = np.column_stack((surface, etage, age))
    return x, prix.reshape(-1, 1)


x, y = lire_donnees()
x = (x - x.mean(axis=0)) / x.std(axis=0)
moyenne_prix, ecart_prix = y.mean(), y.std()
y = (y - moyenne_prix) / ecart_prix
x_app, y_app, x_val, y_val = x[:160], y[:160], x[160:], y[160:]

reseau = Reseau([3, 12, 8, 1])
pertes = []
for iteration in range(400):
    sortie = reseau.propager(x_app)
    pertes.append(eqm(sortie, y_app))
    gp, gb = reseau.retropropager(y_app)
    reseau.mettre_a_jour(gp, gb)
    if iteration % 80 == 0:
        print("itération", iteration, "- perte :", round(pertes[-1], 5),
              "- validation :", round(eqm(reseau.propager(x_val), y_val), 5))

print("perte finale :", pertes[-1])
