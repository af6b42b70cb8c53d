# Réseau de neurones sans numpy : classification de quelques iris
import math
import random

random.seed(42)

# longueur/largeur du sépale, longueur/largeur du pétale, espèce
donnees = [
    (5.1, 3.5, 1.4, 0.2, 0), (4.9, 3.0, 1.4, 0.2, 0), (4.7, 3.2, 1.3, 0.2, 0), (5.0, 3.6, 1.4, 0.2, 0),
    (5.4, 3.9, 1.7, 0.4, 0), (4.6, 3.4, 1.4, 0.3, 0), (5.0, 3.4, 1.5, 0.2, 0), (4.4, 2.9, 1.4, 0.2, 0),
    (7.0, 3.2, 4.7, 1.4, 1), (6.4, 3.2, 4.5, 1.5, 1), (6.9, 3.1, 4.9, 1.5, 1), (5.5, 2.3, 4.0, 1.3, 1),
    (6.5, 2.8, 4.6, 1.5, 1), (5.7, 2.8, 4.5, 1.3, 1), (6.3, 3.3, 4.7, 1.6, 1), (4.9, 2.4, 3.3, 1.0, 1),
    (6.3, 3.3, 6.0, 2.5, 2), (5.8, 2.7, 5.1, 1.9, 2), (7.1, 3.0, 5.9, 2.1, 2), (6.3, 2.9, 5.6, 1.8, 2),
    (6.5, 3.0, 5.8, 2.2, 2), (7.6, 3.0, 6.6, 2.1, 2), (4.9, 2.5, 4.5, 1.7, 2), (7.3, 2.9, 6.3, 1.8, 2),
]
especes = ["setosa", "versicolor", "virginica"]


def normaliser(lignes):
    n = len(lignes)
    moyennes = [sum(l[j] for l in lignes) / n for j in range(4)]
    ecarts = [math.sqrt(sum((l[j] - moyennes[j]) ** 2 for l in lignes) / n) for j in range(4)]
    return [([(l[j] - moyennes[j]) / ecarts[j] for j in range(4)], l[4]) for l in lignes]


nb_entrees, nb_caches, nb_sorties = 4, 6, 3
poids1 = [[random.gauss(0, 0.5) for _ in range(nb_entrees)] for _ in range(nb_caches)]
biais1 = [0.0] * nb_caches
poids2 = [[random.gauss(0, 0.5) for _ in range(nb_caches)] for _ in range(nb_sorties)]
biais2 = [0.0] * nb_sorties


def propagation(x):
    cachee = []
    for j in range(nb_caches):
        somme = biais1[j] + sum(poids1[j][i] * x[i] for i in range(nb_entrees))
        cachee.append(math.tanh(somme))
    scores = [biais2[k] + sum(poids2[k][j] * cachee[j] for j in range(nb_caches)) for k in range(nb_sorties)]
    maxi = max(scores)
    exps = [math.exp(s - maxi) for s in scores]
    total = sum(exps)
    return cachee, [e / total for e in exps]


def retropropagation(x, classe, taux):
    cachee, proba = propagation(x)
    delta_sortie = [proba[k] - (1 if k == classe else 0) for k in range(nb_sorties)]
    delta_cachee = []
    for j in range(nb_caches):
        erreur = sum(poids2[k][j] * delta_sortie[k] for k in range(nb_sorties))
        delta_cachee.append(erreur * (1 - cachee[j] ** 2))
    for k in range(nb_sorties):
        for j in range(nb_caches):
            poids2[k][j] -= taux * delta_sortie[k] * cachee[j]
        biais2[k] -= taux * delta_sortie[k]
    for j in range(nb_caches):
        for i in range(nb_entrees):
            poids1[j][i] -= taux * delta_cachee[j] * x[i]
        biais1[j] -= taux * delta_cachee[j]
    return -math.log(proba[classe])


exemples = normaliser(donnees)
taux = 0.05
for epoque in range(1, 151):
    random.shuffle(exemples)
    cout = sum(retropropagation(x, c, taux) for x, c in exemples) / len(exemples)
    if epoque % 25 == 0:
        justes = 0
        for x, c in exemples:
            _, proba = propagation(x)
            justes += proba.index(max(proba)) == c
        print("Époque", epoque, "- coût moyen :", round(cout, 4), "- bien classés :", justes, "/", len(exemples))

_, proba = propagation(exemples[0][0])
print("exemple :", especes[exemples[0][1]], "->", {e: round(p, 3) for e, p in zip(especes, proba)})
