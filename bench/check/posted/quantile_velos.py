"""Prévision de la demande de vélos : médiane et quantile 90 %.

Un réseau à une couche cachée, deux sorties, perte « pinball ».
Pas de bibliothèque d'apprentissage, juste numpy.
"""
import numpy as np

TAUX = np.array([0.5, 0.9])          # les quantiles voulus


def donnees(n, alea):
    heure = alea.uniform(0, 24, n)
    temp = alea.normal(15, 8, n)
    pluie = (alea.random(n) < 0.25).astype(float)
    moyenne = 2 + 1.5 * np.sin((heure - 8) * np.pi / 12) + 0.06 * (temp - 15) - 1.0 * pluie
    bruit = alea.gamma(2.0, 0.25 + 0.02 * heure) - 0.5
    entrees = np.stack([np.sin(heure * np.pi / 12), np.cos(heure * np.pi / 12), (temp - 15) / 8, pluie, heure / 12 - 1], axis=1)
    return entrees, (moyenne + bruit)[:, None]


def paquets(x, y, taille, alea):
    """Générateur : un passage mélangé sur les données."""
    ordre = alea.permutation(len(x))
    for debut in range(0, len(x), taille):
        choix = ordre[debut:debut + taille]
        yield x[choix], y[choix]


def creer(n_entrees, n_caches, n_sorties, alea):
    return {
        "W": alea.normal(size=(n_entrees, n_caches)) * np.sqrt(2 / n_entrees),
        "b": np.zeros(n_caches),
        "V": alea.normal(size=(n_caches, n_sorties)) * np.sqrt(1 / n_caches),
        "c": np.zeros(n_sorties),
    }


def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def avant(p, x):
    z = x @ p["W"] + p["b"]
    a = elu(z)
    return z, a, a @ p["V"] + p["c"]


def pinball(q, y):
    # q : (n, 2), y : (n, 1)
    ecart = y - q
    return np.maximum(TAUX * ecart, (TAUX - 1) * ecart).sum(axis=1).mean()


def gradients(p, x, y):
    z, a, q = avant(p, x)
    ecart = y - q
    # d perte / d q : -tau si y > q, (1 - tau) sinon
    dq = np.where(ecart > 0, -TAUX, 1 - TAUX) / len(x)
    dz = (dq @ p["V"].T) * np.where(z > 0, 1.0, a + 1)
    g = {"V": a.T @ dq, "c": dq.sum(0), "W": x.T @ dz, "b": dz.sum(0)}
    return pinball(q, y), g


def ecreter(g, maxi):
    norme = np.sqrt(sum((v ** 2).sum() for v in g.values()))
    if norme > maxi:
        for k in g:
            g[k] = g[k] * (maxi / norme)
    return g


def entrainer(p, x, y, alea, epoques=60, pas0=0.15, elan=0.9):
    vitesse = {k: np.zeros_like(v) for k, v in p.items()}
    for ep in range(epoques):
        pas = pas0 * 0.5 * (1 + np.cos(np.pi * ep / epoques))    # cosinus
        cumul, vus = 0.0, 0
        for xb, yb in paquets(x, y, 64, alea):
            perte, g = gradients(p, xb, yb)
            g = ecreter(g, 1.0)
            for k in p:
                vitesse[k] = elan * vitesse[k] - pas * g[k]
                p[k] += vitesse[k]
            cumul += perte * len(xb)
            vus += len(xb)
        if ep % 10 == 0 or ep == epoques - 1:
            print(f"époque {ep:3d}  pas {pas:.4f}  perte {cumul / vus:.4f}")
    return p


if __name__ == "__main__":
    alea = np.random.default_rng(17)
    x, y = donnees(2400, alea)
    xt, yt = donnees(1500, alea)
    p = creer(x.shape[1], 20, len(TAUX), alea)
    print("perte initiale (test) %.4f" % pinball(avant(p, xt)[2], yt))
    entrainer(p, x, y, alea)
    q = avant(p, xt)[2]
    print("perte finale   (test) %.4f" % pinball(q, yt))
    for i, t in enumerate(TAUX):
        print("quantile %.1f : couverture observée %.3f" % (t, np.mean(yt[:, 0] <= q[:, i])))
