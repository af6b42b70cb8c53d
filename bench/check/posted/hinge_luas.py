# Inteligência Artificial 2.º ano - exercício das "duas luas"
# Rede 2-16-8-1, leaky ReLU, perda hinge (rótulos -1 e +1) e RMSprop
import numpy as np

g = np.random.default_rng(2024)
ALFA = 0.1


def luas(n):
    t = g.uniform(0, np.pi, n)
    cima = np.c_[np.cos(t), np.sin(t)]
    baixo = np.c_[1 - np.cos(t), 0.4 - np.sin(t)]
    X = np.r_[cima, baixo] + 0.14 * g.normal(size=(2 * n, 2))
    y = np.r_[np.ones(n), -np.ones(n)]
    return X, y


def leaky(z):
    return np.where(z > 0, z, ALFA * z)


def d_leaky(z):
    return np.where(z > 0, 1.0, ALFA)


def saida(X, pesos):
    W1, b1, W2, b2, W3, b3 = pesos
    z1 = X @ W1 + b1
    a1 = leaky(z1)
    z2 = a1 @ W2 + b2
    a2 = leaky(z2)
    s = a2 @ W3 + b3
    return s, (X, z1, a1, z2, a2)


def derivadas(s, y, memoria, pesos):
    X, z1, a1, z2, a2 = memoria
    W2, W3 = pesos[2], pesos[4]
    n = len(y)
    yc = y.reshape(-1, 1)
    # hinge: max(0, 1 - y*s), só conta quem viola a margem
    ds = np.where(1 - yc * s > 0, -yc, 0.0) / n
    dz2 = (ds @ W3.T) * d_leaky(z2)
    dz1 = (dz2 @ W2.T) * d_leaky(z1)
    return (X.T @ dz1, dz1.sum(0), a1.T @ dz2, dz2.sum(0), a2.T @ ds, ds.sum(0))


def iniciar(*tam):
    pesos = []
    for a, b in zip(tam[:-1], tam[1:]):
        pesos.append(g.normal(size=(a, b)) * np.sqrt(2 / a))
        pesos.append(np.zeros(b))
    return pesos


X, y = luas(250)
pesos = iniciar(2, 16, 8, 1)
cache = [np.zeros_like(w) for w in pesos]
taxa, rho, lote = 0.003, 0.95, 50
melhor = np.inf
espera = 0

for epoca in range(1, 901):
    ordem = g.permutation(len(X))
    for k in range(0, len(X), lote):
        sel = ordem[k:k + lote]
        s, memoria = saida(X[sel], pesos)
        grads = derivadas(s, y[sel], memoria, pesos)
        for i, dw in enumerate(grads):
            cache[i] = rho * cache[i] + (1 - rho) * dw ** 2
            pesos[i] = pesos[i] - taxa * dw / (np.sqrt(cache[i]) + 1e-7)

    s = saida(X, pesos)[0].ravel()
    perda = np.mean(np.maximum(0, 1 - y * s))
    acerto = np.mean(np.sign(s) == y)
    # baixa a taxa quando a perda deixa de melhorar
    if perda < melhor:
        melhor, espera = perda, 0
    else:
        espera += 1
        if espera >= 8:
            taxa, espera = taxa / 2, 0
    if epoca % 60 == 0 or epoca == 1:
        print(f"época {epoca:3d}  perda {perda:.4f}  acerto {acerto:.3f}  taxa {taxa:.6f}")

Xt, yt = luas(200)
print("teste:", np.mean(np.sign(saida(Xt, pesos)[0].ravel()) == yt))
