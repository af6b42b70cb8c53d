# TP reseaux de neurones - classification multi-etiquettes
# couches cachees ELU + dropout, sortie sigmoide, entropie croisee binaire, RMSprop
import numpy as np

alea = np.random.RandomState(11)
TAILLES = [6, 32, 24, 4]
L = len(TAILLES) - 1          # nombre de couches de poids
GARDE = 0.9                   # probabilite de garder un neurone


def donnees(n):
    X = alea.uniform(-1, 1, (n, 6))
    Y = np.stack([X[:, 0] * X[:, 1] > 0,
                  X[:, 2] + X[:, 3] > X[:, 4],
                  np.abs(X[:, 5]) > 0.5,
                  X[:, 0] > X[:, 5]], axis=1).astype(float)
    return X, Y


def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def elu_prime(z):
    return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def lots(X, Y, taille):
    """generateur de mini-lots, melange a chaque appel"""
    ordre = alea.permutation(len(X))
    for debut in range(0, len(X), taille):
        choix = ordre[debut:debut + taille]
        yield X[choix], Y[choix]


def propager(X, W, B, masques=None):
    A, Z = [X], [None]
    for l in range(1, L + 1):
        z = A[-1] @ W[l] + B[l]
        Z.append(z)
        if l == L:
            a = sigmoide(z)
        else:
            a = elu(z)
            if masques is not None:
                a = a * masques[l]
        A.append(a)
    return A, Z


def tirer_masques(n):
    # dropout inverse : on divise par GARDE pour ne rien changer au test
    return [None] + [(alea.rand(n, t) < GARDE) / GARDE for t in TAILLES[1:-1]]


def retropropager(Y, A, Z, W, masques):
    gW, gB = [None] * (L + 1), [None] * (L + 1)

    def delta(l):
        """delta de la couche l (remplit les gradients des couches l..L en passant)"""
        if l == L:
            d = (A[L] - Y) / len(Y)
        else:
            d = (delta(l + 1) @ W[l + 1].T) * masques[l] * elu_prime(Z[l])
        gW[l] = A[l - 1].T @ d
        gB[l] = d.sum(axis=0)
        return d

    delta(1)
    return gW, gB


def perte(X, Y, W, B):
    p = np.clip(propager(X, W, B)[0][-1], 1e-9, 1 - 1e-9)
    return -np.mean(np.sum(Y * np.log(p) + (1 - Y) * np.log(1 - p), axis=1))


def entrainer(X, Y, Xv, Yv, pas=0.003, rho=0.9, epoques=120, patience=15):
    W = [None] + [alea.randn(a, b) / np.sqrt(a) for a, b in zip(TAILLES[:-1], TAILLES[1:])]
    B = [None] + [np.zeros(t) for t in TAILLES[1:]]
    cW = [None] + [np.zeros_like(w) for w in W[1:]]
    cB = [None] + [np.zeros_like(b) for b in B[1:]]
    meilleure, attente = np.inf, 0
    for ep in range(epoques):
        for x, y in lots(X, Y, 32):
            masques = tirer_masques(len(x))
            A, Z = propager(x, W, B, masques)
            gW, gB = retropropager(y, A, Z, W, masques)
            for l in range(1, L + 1):
                cW[l] = rho * cW[l] + (1 - rho) * gW[l] ** 2
                cB[l] = rho * cB[l] + (1 - rho) * gB[l] ** 2
                W[l] -= pas * gW[l] / (np.sqrt(cW[l]) + 1e-8)
                B[l] -= pas * gB[l] / (np.sqrt(cB[l]) + 1e-8)
        v = perte(Xv, Yv, W, B)
        if ep % 20 == 0:
            print("epoque %3d  perte %.4f  validation %.4f" % (ep, perte(X, Y, W, B), v))
        if v < meilleure:
            meilleure, attente = v, 0
        else:
            attente += 1
        if attente >= patience:
            print("arret anticipe a l'epoque", ep)
            break
    return W, B


if __name__ == "__main__":
    X, Y = donnees(800)
    Xv, Yv = donnees(300)
    W, B = entrainer(X, Y, Xv, Yv)
    Xt, Yt = donnees(500)
    justes = (propager(Xt, W, B)[0][-1] > 0.5) == (Yt > 0.5)
    print("exactitude par etiquette :", justes.mean(axis=0).round(3))
