"""
TP 3 : réseau de neurones profond "à la main"
Classification binaire, deux anneaux concentriques.
Convention : un exemple par COLONNE, X de taille (2, m), y de taille (1, m).
"""
import numpy as np

np.random.seed(0)


def generer_anneaux(m):
    y = (np.arange(m) % 2).reshape(1, m)
    rayon = np.where(y == 1, 0.5, 1.2) + 0.13 * np.random.randn(1, m)
    angle = 2 * np.pi * np.random.rand(1, m)
    X = np.vstack([rayon * np.cos(angle), rayon * np.sin(angle)])
    return X, y


def initialisation(dimensions):
    parametres = {}
    for c in range(1, len(dimensions)):
        parametres['W' + str(c)] = np.random.randn(dimensions[c], dimensions[c - 1]) * 0.5
        parametres['b' + str(c)] = np.zeros((dimensions[c], 1))
    return parametres


def propagation_avant(X, parametres):
    activations = {'A0': X}
    C = len(parametres) // 2
    for c in range(1, C + 1):
        Z = parametres['W' + str(c)].dot(activations['A' + str(c - 1)]) + parametres['b' + str(c)]
        if c == C:
            activations['A' + str(c)] = 1 / (1 + np.exp(-Z))
        else:
            activations['A' + str(c)] = np.tanh(Z)
    return activations


def retropropagation(y, activations, parametres):
    m = y.shape[1]
    C = len(parametres) // 2
    gradients = {}
    dZ = activations['A' + str(C)] - y
    for c in reversed(range(1, C + 1)):
        gradients['dW' + str(c)] = 1 / m * np.dot(dZ, activations['A' + str(c - 1)].T)
        gradients['db' + str(c)] = 1 / m * np.sum(dZ, axis=1, keepdims=True)
        if c > 1:
            A = activations['A' + str(c - 1)]
            dZ = np.dot(parametres['W' + str(c)].T, dZ) * (1 - A ** 2)
    return gradients


def mise_a_jour(gradients, parametres, taux):
    C = len(parametres) // 2
    for c in range(1, C + 1):
        parametres['W' + str(c)] = parametres['W' + str(c)] - taux * gradients['dW' + str(c)]
        parametres['b' + str(c)] = parametres['b' + str(c)] - taux * gradients['db' + str(c)]
    return parametres


def cout(y, A):
    eps = 1e-15
    return -np.mean(y * np.log(A + eps) + (1 - y) * np.log(1 - A + eps))


def precision(y, A):
    return np.mean((A >= 0.5) == (y == 1))


def reseau(X, y, couches_cachees=(12, 6), taux=0.3, n_iter=6000):
    dimensions = [X.shape[0]] + list(couches_cachees) + [y.shape[0]]
    parametres = initialisation(dimensions)
    for i in range(n_iter):
        activations = propagation_avant(X, parametres)
        gradients = retropropagation(y, activations, parametres)
        parametres = mise_a_jour(gradients, parametres, taux)
        if i % 500 == 0:
            A = activations['A' + str(len(dimensions) - 1)]
            print(f"itération {i:5d}  coût = {cout(y, A):.5f}  précision = {precision(y, A):.3f}")
    return parametres


if __name__ == "__main__":
    X, y = generer_anneaux(400)
    parametres = reseau(X, y)
    X_test, y_test = generer_anneaux(200)
    A = propagation_avant(X_test, parametres)['A3']
    print("précision sur le jeu de test :", precision(y_test, A))
