# Regressão softmax (multinomial) do zero, com mini-lotes e regularização L2
# Três "espécies" de flores com medidas em milímetros (dados inventados)
# O bias é a última coluna de X (só uns).
import numpy as np

np.random.seed(21)

medias = np.array([[50, 34, 15, 3],
                   [59, 28, 43, 13],
                   [66, 30, 55, 20]])
desvios = np.array([[4, 4, 2, 1],
                    [5, 3, 5, 2],
                    [6, 3, 5, 3]])
POR_CLASSE = 60
CLASSES = 3

X = np.vstack([np.rint(np.random.normal(medias[c], desvios[c], (POR_CLASSE, 4)))
               for c in range(CLASSES)])
rotulos = np.repeat(np.arange(CLASSES), POR_CLASSE)

# mistura e separa treino / teste
ordem = np.random.permutation(len(X))
X, rotulos = X[ordem], rotulos[ordem]
media, desvio = X.mean(axis=0), X.std(axis=0)
X = (X - media) / desvio
X = np.hstack([X, np.ones((len(X), 1))])
T = np.zeros((len(X), CLASSES))
T[np.arange(len(X)), rotulos] = 1

n_treino = 130
Xtr, Ttr = X[:n_treino], T[:n_treino]
Xte, Tte = X[n_treino:], T[n_treino:]

W = np.array([[0.0] * CLASSES for _ in range(X.shape[1])])
taxa = 0.1
lam = 0.01
lote = 10


def probabilidades(X, W):
    z = X.dot(W)
    z = z - z.max(axis=1).reshape(-1, 1)
    e = np.exp(z)
    return e / e.sum(axis=1).reshape(-1, 1)


def acuracia(X, T, W):
    return (probabilidades(X, W).argmax(axis=1) == T.argmax(axis=1)).mean()


print("antes de treinar:", "%.3f" % acuracia(Xtr, Ttr, W))
for epoca in range(1, 3001):
    ordem = np.random.permutation(n_treino)
    for ini in range(0, n_treino, lote):
        quais = ordem[ini:ini + lote]
        xb, tb = Xtr[quais], Ttr[quais]
        P = probabilidades(xb, W)
        grad = xb.T.dot(P - tb) / len(quais) + lam * W
        for c in range(CLASSES):
            W[:, c] = W[:, c] - taxa * grad[:, c]
    if epoca % 500 == 0:
        print("época", epoca, "acurácia treino %.3f" % acuracia(Xtr, Ttr, W),
              "teste %.3f" % acuracia(Xte, Tte, W))

print("pesos:")
print(np.round(W, 3))
