import numpy as np

# Réseau profond : le nombre de couches est libre, toutes les activations sont des sigmoïdes


def initialisation(dimensions):
    parametres = {}
    for c in range(1, len(dimensions)):
        parametres['W' + str(c)] = np.random.randn(dimensions[c], dimensions[c - 1])
        parametres['b' + str(c)] = np.random.randn(dimensions[c], 1)
    return parametres


def propagation_avant(X, parametres):
    activations = {'A0': X}
    C = len(parametres) // 2
    for c in range(1, C + 1):
        Z = parametres['W' + str(c)].dot(activations['A' + str(c - 1)]) + parametres['b' + str(c)]
        activations['A' + str(c)] = 1 / (1 + np.exp(-Z))
    return activations


def log_perte(A, y, epsilon=1e-15):
    return 1 / y.size * np.sum(-y * np.log(A + epsilon) - (1 - y) * np.log(1 - A + epsilon))


def propagation_arriere(y, parametres, activations):
    m = y.shape[1]
    C = len(parametres) // 2
    dZ = activations['A' + str(C)] - y
    gradients = {}
    for c in reversed(range(1, C + 1)):
        gradients['dW' + str(c)] = 1 / m * np.dot(dZ, activations['A' + str(c - 1)].T)
        gradients['db' + str(c)] = 1 / m * np.sum(dZ, axis=1, keepdims=True)
        if c > 1:
            dZ = np.dot(parametres['W' + str(c)].T, dZ) * activations['A' + str(c - 1)] * (1 - activations['A' + str(c - 1)])
    return gradients


def mise_a_jour(gradients, parametres, taux):
    C = len(parametres) // 2
    for c in range(1, C + 1):
        parametres['W' + str(c)] = parametres['W' + str(c)] - taux * gradients['dW' + str(c)]
        parametres['b' + str(c)] = parametres['b' + str(c)] - taux * gradients['db' + str(c)]
    return parametres


def reseau_de_neurones(X, y, couches_cachees=(6, 4), taux=0.5, n_iter=400):
    dimensions = list(couches_cachees)
    dimensions.insert(0, X.shape[0])
    dimensions.append(y.shape[0])
    np.random.seed(1)
    parametres = initialisation(dimensions)
    historique = []
    for i in range(n_iter):
        activations = propagation_avant(X, parametres)
        perte = log_perte(activations['A' + str(len(dimensions) - 1)], y)
        historique.append(perte)
        gradients = propagation_arriere(y, parametres, activations)
        parametres = mise_a_jour(gradients, parametres, taux)
        if i % 100 == 0:
            print('itération', i, 'perte', round(perte, 4))
    return parametres, historique


np.random.seed(0)
X = np.random.uniform(-1, 1, (2, 70))
y = (np.sum(X ** 2, axis=0) < 0.6).astype(float).reshape(1, -1)
parametres, historique = reseau_de_neurones(X, y)
prediction = propagation_avant(X, parametres)['A3'] >= 0.5
print('précision :', np.mean(prediction == y))
