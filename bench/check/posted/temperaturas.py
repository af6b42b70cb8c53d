"""
Práctica 2 - Redes neuronales
Predecir la temperatura de mañana a partir de los últimos 7 días.
Red: 7 -> 20 (ReLU) -> 1 (lineal), descenso de gradiente con momento.
"""
import numpy as np

np.random.seed(11)


def generar_serie(dias=900):
    t = np.arange(dias)
    anual = 9.0 * np.sin(2 * np.pi * (t - 100) / 365.0)
    ruido = np.zeros(dias)
    for i in range(1, dias):
        ruido[i] = 0.75 * ruido[i - 1] + np.random.normal(0, 1.2)
    return 14.0 + anual + ruido


def ventanas(serie, ancho=7):
    X, Y = [], []
    for i in range(len(serie) - ancho):
        X.append(serie[i:i + ancho])
        Y.append([serie[i + ancho]])
    return np.array(X), np.array(Y)


def inicializar(n_ent, n_oc, n_sal):
    return {
        "W1": np.random.randn(n_ent, n_oc) * np.sqrt(2.0 / n_ent),
        "b1": np.zeros((1, n_oc)),
        "W2": np.random.randn(n_oc, n_sal) * np.sqrt(1.0 / n_oc),
        "b2": np.zeros((1, n_sal)),
    }


def adelante(X, p):
    z1 = X @ p["W1"] + p["b1"]
    a1 = np.maximum(0, z1)
    z2 = a1 @ p["W2"] + p["b2"]
    return z2, (X, z1, a1)


def costo(pred, Y):
    return 0.5 * np.mean((pred - Y) ** 2)


def atras(pred, Y, cache, p):
    X, z1, a1 = cache
    m = len(X)
    g = {}
    dz2 = (pred - Y) / m
    g["W2"] = a1.T @ dz2
    g["b2"] = dz2.sum(axis=0, keepdims=True)
    da1 = dz2 @ p["W2"].T
    dz1 = da1 * (z1 > 0)
    g["W1"] = X.T @ dz1
    g["b1"] = dz1.sum(axis=0, keepdims=True)
    return g


def actualizar(p, g, v, tasa, momento=0.9):
    for k in p:
        v[k] = momento * v[k] - tasa * g[k]
        p[k] = p[k] + v[k]


serie = generar_serie()
media, desv = serie.mean(), serie.std()
X, Y = ventanas((serie - media) / desv)

# los últimos 150 días son para probar
Xe, Ye = X[:-150], Y[:-150]
Xp, Yp = X[-150:], Y[-150:]

params = inicializar(7, 20, 1)
vel = {k: np.zeros_like(w) for k, w in params.items()}
lote = 32
epocas = 1000

for ep in range(epocas):
    tasa = 0.01 / (1 + 0.005 * ep)          # la tasa baja con el tiempo
    orden = np.random.permutation(len(Xe))
    Xm = Xe[orden]
    Ym = Ye[orden]
    for i in range(0, len(Xm), lote):
        xb, yb = Xm[i:i + lote], Ym[i:i + lote]
        pred, cache = adelante(xb, params)
        grads = atras(pred, yb, cache, params)
        actualizar(params, grads, vel, tasa)
    if ep % 100 == 0 or ep == epocas - 1:
        c_ent = costo(adelante(Xe, params)[0], Ye)
        c_pru = costo(adelante(Xp, params)[0], Yp)
        print(f"época {ep:4d}  costo entrenamiento {c_ent:.4f}  prueba {c_pru:.4f}")

pred, _ = adelante(Xp, params)
error = np.abs(pred - Yp).mean() * desv
print(f"error medio en los días de prueba: {error:.2f} grados")
for real, est in zip(Yp[-5:], pred[-5:]):
    print(f"  real {real[0] * desv + media:5.1f}   estimada {est[0] * desv + media:5.1f}")
