# TP3 : classification binaire, deux lunes
# Un échantillon = une colonne (comme dans le cours)

import numpy as np

np.random.seed(5)


def deux_lunes(m, bruit=0.12):
    moitie = m // 2
    t = np.pi * np.random.rand(moitie)
    haut = np.stack([np.cos(t), np.sin(t)])
    t = np.pi * np.random.rand(moitie)
    bas = np.stack([1 - np.cos(t), 0.5 - np.sin(t)])
    X = np.concatenate([haut, bas], axis=1)
    X += bruit * np.random.randn(*X.shape)
    Y = np.concatenate([np.zeros((1, moitie)), np.ones((1, moitie))], axis=1)
    return X, Y


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


def init_parametres(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.5
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.5
    b2 = np.zeros((n_y, 1))
    return W1, b1, W2, b2


def propagation(X, parametres):
    W1, b1, W2, b2 = parametres
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoide(Z2)
    return A1, A2


def calcul_cout(A2, Y):
    m = Y.shape[1]
    logp = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    return -np.sum(logp) / m


def retropropagation(X, Y, A1, A2, parametres):
    m = X.shape[1]
    W2 = parametres[2]

    dZ2 = A2 - Y
    dW2 = 1 / m * np.dot(dZ2, A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)

    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = 1 / m * np.dot(dZ1, X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)

    return dW1, db1, dW2, db2


def mise_a_jour(parametres, gradients, alpha):
    nouveaux = []
    for p, g in zip(parametres, gradients):
        nouveaux.append(p - alpha * g)
    return tuple(nouveaux)


def precision(A2, Y):
    return 100 * np.mean((A2 > 0.5) == (Y == 1))


X, Y = deux_lunes(400)
parametres = init_parametres(2, 8, 1)
alpha = 0.6

for it in range(8001):
    A1, A2 = propagation(X, parametres)
    grads = retropropagation(X, Y, A1, A2, parametres)
    parametres = mise_a_jour(parametres, grads, alpha)
    if it % 1000 == 0:
        print("itération", it, " coût =", round(calcul_cout(A2, Y), 5),
              " précision = %.1f %%" % precision(A2, Y))

Xt, Yt = deux_lunes(200)
print("précision sur de nouveaux points : %.1f %%" % precision(propagation(Xt, parametres)[1], Yt))

try:
    import matplotlib.pyplot as plt
    plt.scatter(X[0], X[1], c=Y[0])
    plt.show()
except ImportError:
    pass
