# Red neuronal en Python puro, sin numpy, para entender bien la matemática.
# Clasifica semillas (largo, ancho) en dos variedades.
import math
import random

random.seed(12)

# largo en mm, ancho en mm, variedad
tabla = [
    (5.1, 2.9, 0), (5.3, 3.0, 0), (5.0, 2.8, 0), (5.5, 3.1, 0), (5.2, 3.1, 0),
    (5.4, 2.7, 0), (6.6, 3.9, 0), (6.8, 4.0, 0), (6.5, 3.8, 0), (6.9, 3.8, 0),
    (5.2, 3.9, 1), (5.0, 3.8, 1), (5.4, 4.0, 1), (5.1, 3.7, 1), (5.5, 3.8, 1),
    (6.7, 2.8, 1), (6.5, 2.9, 1), (6.8, 3.1, 1), (6.6, 2.7, 1), (6.9, 3.0, 1),
]

entradas = [[(l - 6.0) / 0.8, (a - 3.4) / 0.5] for l, a, _ in tabla]
objetivos = [v for _, _, v in tabla]

N_ENT = 2
N_OC = 5
alfa = 0.8


def matriz(filas, columnas, escala):
    return [[random.uniform(-escala, escala) for _ in range(columnas)] for _ in range(filas)]


W1 = matriz(N_OC, N_ENT, 1.0)
b1 = [random.uniform(-0.5, 0.5) for _ in range(N_OC)]
W2 = [random.uniform(-1.0, 1.0) for _ in range(N_OC)]
b2 = 0.0


def sigmoide(z):
    return 1.0 / (1.0 + math.exp(-z))


def adelante(x):
    h = []
    for j in range(N_OC):
        z = b1[j]
        for i in range(N_ENT):
            z += W1[j][i] * x[i]
        h.append(math.tanh(z))
    salida = b2
    for j in range(N_OC):
        salida += W2[j] * h[j]
    return h, sigmoide(salida)


m = len(entradas)
for vuelta in range(8000):
    # gradientes a cero al empezar cada vuelta
    gW1 = [[0.0] * N_ENT for _ in range(N_OC)]
    gb1 = [0.0] * N_OC
    gW2 = [0.0] * N_OC
    gb2 = 0.0
    costo = 0.0

    for x, t in zip(entradas, objetivos):
        h, p = adelante(x)
        costo -= t * math.log(p + 1e-12) + (1 - t) * math.log(1 - p + 1e-12)

        # entropía cruzada + sigmoide => la derivada es simplemente p - t
        d_sal = p - t
        gb2 += d_sal
        for j in range(N_OC):
            gW2[j] += d_sal * h[j]
            d_oc = d_sal * W2[j] * (1.0 - h[j] ** 2)
            gb1[j] += d_oc
            for i in range(N_ENT):
                gW1[j][i] += d_oc * x[i]

    for j in range(N_OC):
        for i in range(N_ENT):
            W1[j][i] -= alfa * gW1[j][i] / m
        b1[j] -= alfa * gb1[j] / m
        W2[j] -= alfa * gW2[j] / m
    b2 -= alfa * gb2 / m

    if vuelta % 1000 == 0:
        print("vuelta", vuelta, "costo", round(costo / m, 5))

print()
aciertos = 0
for (largo, ancho, v), x in zip(tabla, entradas):
    p = adelante(x)[1]
    aciertos += int((p > 0.5) == bool(v))
    print(largo, ancho, "variedad", v, "->", round(p, 3))
print("aciertos:", aciertos, "de", m)
