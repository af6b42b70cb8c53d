# Red neuronal sin librerias: paridad de 4 bits
# Una capa oculta, sigmoide en todas partes, error cuadratico, muestra por muestra.
import math
import random

random.seed(8)

entradas = [[a, b, c, d] for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)]
salidas = [sum(fila) % 2 for fila in entradas]

n_entrada = 4
n_oculta = 10
tasa = 0.6
epocas = 6000


def sigmoide(x):
    return 1.0 / (1.0 + math.exp(-x))


def derivada(s):
    # s ya es el valor de la sigmoide
    return s * (1.0 - s)


# la ultima posicion de cada fila es el sesgo
pesos_oculta = [[random.uniform(-1, 1) for _ in range(n_entrada + 1)] for _ in range(n_oculta)]
pesos_salida = [random.uniform(-1, 1) for _ in range(n_oculta + 1)]


def adelante(x):
    oculta = []
    for fila in pesos_oculta:
        suma = fila[-1]
        for i in range(n_entrada):
            suma += fila[i] * x[i]
        oculta.append(sigmoide(suma))
    suma = pesos_salida[-1]
    for j in range(n_oculta):
        suma += pesos_salida[j] * oculta[j]
    return oculta, sigmoide(suma)


def entrenar(x, y):
    oculta, salida = adelante(x)
    error = salida - y
    delta_salida = error * derivada(salida)

    # primero todos los deltas, despues los pesos
    delta_oculta = [delta_salida * pesos_salida[j] * derivada(oculta[j])
                    for j in range(n_oculta)]

    for j in range(n_oculta):
        pesos_salida[j] -= tasa * delta_salida * oculta[j]
    pesos_salida[-1] -= tasa * delta_salida

    for j in range(n_oculta):
        for i in range(n_entrada):
            pesos_oculta[j][i] -= tasa * delta_oculta[j] * x[i]
        pesos_oculta[j][-1] -= tasa * delta_oculta[j]


orden = list(range(len(entradas)))
for epoca in range(epocas):
    random.shuffle(orden)
    for k in orden:
        entrenar(entradas[k], salidas[k])

for x, y in zip(entradas, salidas):
    _, s = adelante(x)
    print(x, "->", round(s, 3), "(esperado %d)" % y)
