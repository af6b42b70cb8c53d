# TP : approximer une fonction avec un reseau a une couche cachee
import numpy as np

np.random.seed(1)

# donnees : un angle en degres, et une mesure bruitee
n = 120
angle = np.linspace(-180, 180, n).reshape(-1, 1)
y = np.sin(np.radians(angle)) + 0.3 * np.cos(3 * np.radians(angle))
y = y + 0.05 * np.random.randn(n, 1)
x = angle / 60      # remise a l'echelle

# hyperparametres
nb_caches = 25
taux = 0.05
mu = 0.9
nb_iter = 16000

# initialisation
W1 = np.random.randn(1, nb_caches)
b1 = np.random.randn(1, nb_caches) * 0.5
W2 = np.random.randn(nb_caches, 1) / np.sqrt(nb_caches)
b2 = np.zeros((1, 1))
vW1, vb1, vW2, vb2 = 0, 0, 0, 0

historique = []
for it in range(nb_iter):
    # propagation avant
    z1 = x @ W1 + b1
    a1 = np.tanh(z1)
    y_chap = a1 @ W2 + b2

    erreur = y_chap - y
    cout = np.mean(erreur ** 2)
    historique.append(cout)

    # retropropagation
    dz2 = 2 * erreur / n
    dW2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0, keepdims=True)
    da1 = dz2 @ W2.T
    dz1 = da1 * (1 - a1 ** 2)
    dW1 = x.T @ dz1
    db1 = np.sum(dz1, axis=0, keepdims=True)

    # descente de gradient avec inertie
    vW1 = mu * vW1 - taux * dW1
    vb1 = mu * vb1 - taux * db1
    vW2 = mu * vW2 - taux * dW2
    vb2 = mu * vb2 - taux * db2
    W1 = W1 + vW1
    b1 = b1 + vb1
    W2 = W2 + vW2
    b2 = b2 + vb2

    if it % 2000 == 0:
        print("iteration %d : cout = %.5f" % (it, cout))

print("cout final :", historique[-1])

try:
    import matplotlib.pyplot as plt
    plt.plot(angle, y, "b.")
    plt.plot(angle, y_chap, "r-")
    plt.show()
except ImportError:
    print("(pas de graphique sans matplotlib)")
