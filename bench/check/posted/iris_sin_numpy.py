# Clasificador de flores (tipo iris) sin librerias -- tarea 2 de Inteligencia Artificial
import math
import random

random.seed(42)

# largo sepalo, ancho sepalo, largo petalo, ancho petalo, clase
datos = [
    [5.1, 3.5, 1.4, 0.2, 0], [4.9, 3.0, 1.4, 0.2, 0], [4.7, 3.2, 1.3, 0.2, 0],
    [4.6, 3.1, 1.5, 0.2, 0], [5.0, 3.6, 1.4, 0.2, 0], [5.4, 3.9, 1.7, 0.4, 0],
    [4.6, 3.4, 1.4, 0.3, 0], [5.0, 3.4, 1.5, 0.2, 0], [4.4, 2.9, 1.4, 0.2, 0],
    [7.0, 3.2, 4.7, 1.4, 1], [6.4, 3.2, 4.5, 1.5, 1], [6.9, 3.1, 4.9, 1.5, 1],
    [5.5, 2.3, 4.0, 1.3, 1], [6.5, 2.8, 4.6, 1.5, 1], [5.7, 2.8, 4.5, 1.3, 1],
    [6.3, 3.3, 4.7, 1.6, 1], [4.9, 2.4, 3.3, 1.0, 1], [6.6, 2.9, 4.6, 1.3, 1],
    [6.3, 3.3, 6.0, 2.5, 2], [5.8, 2.7, 5.1, 1.9, 2], [7.1, 3.0, 5.9, 2.1, 2],
    [6.3, 2.9, 5.6, 1.8, 2], [6.5, 3.0, 5.8, 2.2, 2], [7.6, 3.0, 6.6, 2.1, 2],
    [4.9, 2.5, 4.5, 1.7, 2], [7.3, 2.9, 6.3, 1.8, 2], [6.7, 2.5, 5.8, 1.8, 2],
]

# normalizar cada columna
for c in range(4):
    columna = [fila[c] for fila in datos]
    media = sum(columna) / len(columna)
    desv = math.sqrt(sum((v - media) ** 2 for v in columna) / len(columna))
    for fila in datos:
        fila[c] = (fila[c] - media) / desv

entradas = [fila[:4] for fila in datos]
clases = [fila[4] for fila in datos]

N_OCULTAS, N_CLASES, TASA = 6, 3, 0.05
pesos1 = [[random.gauss(0, 0.5) for _ in range(4)] for _ in range(N_OCULTAS)]
sesgo1 = [0.0] * N_OCULTAS
pesos2 = [[random.gauss(0, 0.5) for _ in range(N_OCULTAS)] for _ in range(N_CLASES)]
sesgo2 = [0.0] * N_CLASES


def punto(a, b):
    return sum(x * y for x, y in zip(a, b))


def adelante(x):
    oculta = [math.tanh(punto(w, x) + b) for w, b in zip(pesos1, sesgo1)]
    z = [punto(w, oculta) + b for w, b in zip(pesos2, sesgo2)]
    mayor = max(z)
    exps = [math.exp(v - mayor) for v in z]
    total = sum(exps)
    return oculta, [e / total for e in exps]


def atras(x, oculta, prob, clase):
    # entropia cruzada + softmax
    delta2 = [p - (1.0 if k == clase else 0.0) for k, p in enumerate(prob)]
    delta1 = []
    for j in range(N_OCULTAS):
        suma = 0.0
        for k in range(N_CLASES):
            suma += delta2[k] * pesos2[k][j]
        delta1.append(suma * (1 - oculta[j] ** 2))
    return delta1, delta2


def actualizar(x, oculta, delta1, delta2):
    for k in range(N_CLASES):
        for j in range(N_OCULTAS):
            pesos2[k][j] -= TASA * delta2[k] * oculta[j]
        sesgo2[k] -= TASA * delta2[k]
    for j in range(N_OCULTAS):
        for i in range(4):
            pesos1[j][i] -= TASA * delta1[j] * x[i]
        sesgo1[j] -= TASA * delta1[j]


for epoca in range(1, 101):
    pares = list(zip(entradas, clases))
    random.shuffle(pares)
    entradas, clases = [p[0] for p in pares], [p[1] for p in pares]
    perdida, aciertos = 0.0, 0
    for x, clase in zip(entradas, clases):
        oculta, prob = adelante(x)
        perdida -= math.log(prob[clase])
        aciertos += prob.index(max(prob)) == clase
        delta1, delta2 = atras(x, oculta, prob, clase)
        actualizar(x, oculta, delta1, delta2)
    if epoca % 20 == 0 or epoca == 1:
        print(f"epoca {epoca}: perdida = {perdida / len(clases):.4f}  aciertos = {aciertos}/{len(clases)}")
