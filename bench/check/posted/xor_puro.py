# Red neuronal 2-3-1 para el XOR, sin librerias
# (es para la materia de IA, el profe no nos deja usar numpy)
import math
import random

random.seed(11)

entradas = [[0, 0], [0, 1], [1, 0], [1, 1]]
esperado = [0, 1, 1, 0]

n_ocultas = 3
tasa = 0.5
#tasa = 0.1   # con esto tarda muchisimo
vueltas = 70000


def sigmoide(x):
    return 1.0 / (1.0 + math.exp(-x))


def derivada(s):
    # s ya es la salida de la sigmoide
    return s * (1 - s)


# pesos_1[j][i] va de la entrada i a la neurona oculta j
pesos_1 = []
for j in range(n_ocultas):
    pesos_1.append([random.uniform(-1, 1), random.uniform(-1, 1)])
sesgo_1 = [random.uniform(-1, 1) for j in range(n_ocultas)]
pesos_2 = [random.uniform(-1, 1) for j in range(n_ocultas)]
sesgo_2 = random.uniform(-1, 1)
#print(pesos_1, pesos_2)


def adelante(x):
    oculta = []
    for j in range(n_ocultas):
        suma = sesgo_1[j]
        for i in range(2):
            suma += pesos_1[j][i] * x[i]
        oculta.append(sigmoide(suma))
    suma = sesgo_2
    for j in range(n_ocultas):
        suma += pesos_2[j] * oculta[j]
    return oculta, sigmoide(suma)


for vuelta in range(vueltas):
    error_total = 0
    for x, y in zip(entradas, esperado):
        oculta, salida = adelante(x)
        error = salida - y
        error_total += 0.5 * error ** 2

        # propagacion hacia atras
        delta_salida = error * derivada(salida)
        delta_oculta = []
        for j in range(n_ocultas):
            delta_oculta.append(delta_salida * pesos_2[j] * derivada(oculta[j]))

        # actualizar los pesos
        for j in range(n_ocultas):
            pesos_2[j] -= tasa * delta_salida * oculta[j]
        sesgo_2 -= tasa * delta_salida
        for j in range(n_ocultas):
            for i in range(2):
                pesos_1[j][i] -= tasa * delta_oculta[j] * x[i]
            sesgo_1[j] -= tasa * delta_oculta[j]

    if vuelta % 5000 == 0:
        print("vuelta", vuelta, "error", round(error_total, 5))

print("Resultados:")
for x, y in zip(entradas, esperado):
    print(x, "esperado:", y, "obtenido:", round(adelante(x)[1], 3))
