# Red neuronal SOLO con listas de Python (sin numpy). Tres tipos de flores inventadas.
# 4 medidas -> 6 ocultas (ReLU con fuga) -> 3 clases (softmax)
import math, random

random.seed(10)

CENTROS = [[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]]


def crear_datos(por_clase):
    X, Y = [], []
    for clase, centro in enumerate(CENTROS):
        for _ in range(por_clase):
            X.append([random.gauss(c, 0.3) for c in centro])
            Y.append(clase)
    return X, Y


def estandarizar(X):
    cols = list(zip(*X))
    medias = [sum(c) / len(c) for c in cols]
    desv = [math.sqrt(sum((v - m) ** 2 for v in c) / len(c)) for c, m in zip(cols, medias)]
    return [[(v - m) / d for v, m, d in zip(fila, medias, desv)] for fila in X]


def matriz(filas, columnas):
    return [[random.gauss(0, 1.0 / math.sqrt(columnas)) for _ in range(columnas)]
            for _ in range(filas)]


def lineal(W, b, x):
    return [sum(wi * xi for wi, xi in zip(fila, x)) + bi for fila, bi in zip(W, b)]


def fuga(z):
    return [v if v > 0 else 0.1 * v for v in z]


def softmax(z):
    m = max(z)
    e = [math.exp(v - m) for v in z]
    s = sum(e)
    return [v / s for v in e]


W1, b1 = matriz(6, 4), [0.0] * 6
W2, b2 = matriz(3, 6), [0.0] * 3


def adelante(x):
    z1 = lineal(W1, b1, x)
    a1 = fuga(z1)
    p = softmax(lineal(W2, b2, a1))
    return z1, a1, p


def gradientes(x, y):
    z1, a1, p = adelante(x)
    # softmax + entropia cruzada: p - uno_caliente
    d2 = [p[k] - (1.0 if k == y else 0.0) for k in range(3)]
    gW2 = [[d2[k] * a1[j] for j in range(6)] for k in range(3)]
    d1 = []
    for j in range(6):
        s = sum(W2[k][j] * d2[k] for k in range(3))
        d1.append(s * (1.0 if z1[j] > 0 else 0.1))
    gW1 = [[d1[j] * x[i] for i in range(4)] for j in range(6)]
    return gW1, d1, gW2, d2, -math.log(p[y] + 1e-12)


def restar(W, g, paso):
    for fila, gfila in zip(W, g):
        for i in range(len(fila)):
            fila[i] -= paso * gfila[i]


X, Y = crear_datos(50)
X = estandarizar(X)
tasa = 0.02
for epoca in range(40):
    # misma semilla dos veces = misma permutacion para X y para Y
    random.seed(epoca); random.shuffle(X)
    random.seed(epoca); random.shuffle(Y)
    perdida = 0.0
    for x, y in zip(X, Y):
        gW1, gb1, gW2, gb2, L = gradientes(x, y)
        restar(W1, gW1, tasa)
        restar(W2, gW2, tasa)
        restar([b1], [gb1], tasa)
        restar([b2], [gb2], tasa)
        perdida += L
    if epoca % 5 == 0 or epoca == 39:
        print("epoca", epoca, "perdida media", round(perdida / len(X), 4))

aciertos = 0
for x, y in zip(X, Y):
    p = adelante(x)[2]
    aciertos += p.index(max(p)) == y
print("aciertos: %d de %d" % (aciertos, len(X)))
