# Clasificar tres tipos de flores con una red de una capa oculta
# (solo Python, sin librerias). Practica 3.
import math
import random

random.seed(31)

N_ENT = 3      # largo de petalo, ancho de petalo, altura (todo en cm / 10)
N_OCU = 5
N_SAL = 3
TASA = 0.8
EPOCAS = 900


def crear_flores(cuantas):
    medias = [(0.15, 0.03, 0.9), (0.43, 0.13, 0.6), (0.56, 0.20, 1.1)]
    X, Y = [], []
    for clase in range(3):
        for _ in range(cuantas):
            largo, ancho, altura = medias[clase]
            X.append([random.gauss(largo, 0.05),
                      random.gauss(ancho, 0.03),
                      random.gauss(altura, 0.15)])
            Y.append(clase)
    return X, Y


def matriz(filas, columnas):
    return [[random.gauss(0, 1) for _ in range(columnas)] for _ in range(filas)]


def sigmoide(z):
    return 1.0 / (1.0 + math.exp(-z))


def softmax(z):
    mayor = max(z)
    e = [math.exp(v - mayor) for v in z]
    total = sum(e)
    return [v / total for v in e]


def adelante(x, W1, b1, W2, b2):
    oculta = []
    for j in range(N_OCU):
        suma = b1[j]
        for i in range(N_ENT):
            suma += W1[j][i] * x[i]
        oculta.append(sigmoide(suma))
    salida = []
    for k in range(N_SAL):
        suma = b2[k]
        for j in range(N_OCU):
            suma += W2[k][j] * oculta[j]
        salida.append(suma)
    return oculta, softmax(salida)


X, Y = crear_flores(40)
juntos = list(zip(X, Y))
random.shuffle(juntos)
X = [x for x, _ in juntos]
Y = [y for _, y in juntos]
m = len(X)

W1 = matriz(N_OCU, N_ENT)
b1 = [0.0] * N_OCU
W2 = matriz(N_SAL, N_OCU)
b2 = [0.0] * N_SAL

for epoca in range(EPOCAS):
    # gradientes acumulados de toda la tabla
    gW1 = [[0.0] * N_ENT for _ in range(N_OCU)]
    gb1 = [0.0] * N_OCU
    gW2 = [[0.0] * N_OCU for _ in range(N_SAL)]
    gb2 = [0.0] * N_SAL
    perdida = 0.0
    aciertos = 0
    for n in range(m):
        x, y = X[n], Y[n]
        h, p = adelante(x, W1, b1, W2, b2)
        perdida -= math.log(p[y])
        if p.index(max(p)) == y:
            aciertos += 1
        # error de salida
        ds = [p[k] - (1 if k == y else 0) for k in range(N_SAL)]
        for k in range(N_SAL):
            gb2[k] += ds[k]
            for j in range(N_OCU):
                gW2[k][j] += ds[k] * h[j]
        # error de la capa oculta
        for j in range(N_OCU):
            atras = 0.0
            for k in range(N_SAL):
                atras += ds[k] * W2[k][j]
            dh = atras * h[j] * (1 - h[j])
            gb1[j] += dh
            for i in range(N_ENT):
                gW1[j][i] += dh * x[i]
    # descenso
    for j in range(N_OCU):
        b1[j] -= TASA * gb1[j] / m
        for i in range(N_ENT):
            W1[j][i] -= TASA * gW1[j][i] / m
    for k in range(N_SAL):
        b2[k] -= TASA * gb2[k] / m
        for j in range(N_OCU):
            W2[k][j] -= TASA * gW2[k][j] / m
    if epoca % 100 == 0 or epoca == EPOCAS - 1:
        print('epoca', epoca, 'perdida', round(perdida / m, 4),
              'aciertos', aciertos, 'de', m)
