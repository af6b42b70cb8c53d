# Bonjour, voici mon réseau qui reconnait les chiffres 0 à 9 (afficheur 3x5)
# 15 entrées, 2 couches cachées de 10 neurones, 10 sorties softmax
import numpy as np

np.random.seed(17)

chiffres = ["111101101101111", "010110010010111", "111001111100111", "111001011001111",
            "101101111001001", "111100111001111", "111100111101111", "111001010010010",
            "111101111101111", "111101111001111"]

X = np.array([[int(c) for c in ch] for ch in chiffres], dtype=float)
X = 2 * X - 1          # pixels à -1 ou +1
Y = np.eye(10)         # la bonne réponse pour chaque ligne de X
n = len(X)

W1 = np.random.randn(15, 10) * 0.25
b1 = np.zeros(10)
W2 = np.random.randn(10, 10) * 0.3
b2 = np.zeros(10)
W3 = np.random.randn(10, 10) * 0.3
b3 = np.zeros(10)


def avant(E):
    A1 = np.tanh(E.dot(W1) + b1)
    A2 = np.tanh(A1.dot(W2) + b2)
    Z3 = A2.dot(W3) + b3
    ex = np.exp(Z3 - Z3.max(axis=1, keepdims=True))
    S = ex / ex.sum(axis=1, keepdims=True)
    return A1, A2, S


taux0 = 0.5
for tour in range(25000):
    # un peu de bruit sur les pixels à chaque tour
    E = X + 0.3 * np.random.randn(n, 15)
    A1, A2, S = avant(E)

    # rétropropagation
    D3 = (S - Y) / n
    D2 = D3.dot(W3.T) * (1 - A2 ** 2)
    D1 = D2.dot(W2.T) * (1 - A1 ** 2)

    taux = taux0 / (1 + tour / 4000)
    W3 -= taux * A2.T.dot(D3)
    b3 -= taux * D3.sum(axis=0)
    W2 -= taux * A1.T.dot(D2)
    b2 -= taux * D2.sum(axis=0)
    W1 -= taux * E.T.dot(D1)
    b1 -= taux * D1.sum(axis=0)

    if tour % 5000 == 0:
        print("tour", tour, "bons :", np.sum(S.argmax(axis=1) == np.arange(10)), "/ 10")

# test : on abime chaque chiffre 100 fois
bon = 0
for k in range(100):
    S = avant(X + 0.3 * np.random.randn(n, 15))[2]
    bon += np.sum(S.argmax(axis=1) == np.arange(10))
print("bien reconnus :", bon, "sur 1000")
for k in range(10):
    S = avant(X)[2]
    print(k, "->", S[k].argmax(), "(", round(S[k].max(), 3), ")")
