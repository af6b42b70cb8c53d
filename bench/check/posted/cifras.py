# Red neuronal para reconocer cifras de 3x5 pixeles (sin numpy)
import math, random

random.seed(7)

dibujos = [
    "111101101101111", "010110010010111", "111001111100111", "111001111001111", "101101111001001",
    "111100111001111", "111100111101111", "111001010010010", "111101111101111", "111101111001111",
]
ENTRADAS, OCULTAS, SALIDAS = 15, 14, 10
lam = 0.01


def azar(filas, columnas):
    r = math.sqrt(6.0 / (filas + columnas))
    return [[random.uniform(-r, r) for _ in range(columnas)] for _ in range(filas)]


def ceros(filas, columnas):
    return [[0.0] * columnas for _ in range(filas)]


def por_vector(M, v):
    return [sum(m * x for m, x in zip(fila, v)) for fila in M]


def softmax(z):
    mayor = max(z)
    e = [math.exp(k - mayor) for k in z]
    s = sum(e)
    return [k / s for k in e]


def adelante(x):
    h = [math.tanh(s + b) for s, b in zip(por_vector(W1, x), b1)]
    p = softmax([s + b for s, b in zip(por_vector(W2, h), b2)])
    return h, p


def ruido(x, prob):
    return [1 - v if random.random() < prob else v for v in x]


W1, b1 = azar(OCULTAS, ENTRADAS), [0.0] * OCULTAS
W2, b2 = azar(SALIDAS, OCULTAS), [0.0] * SALIDAS

# ejemplos: cada cifra 8 veces con un poco de ruido
ejemplos = []
for cifra, d in enumerate(dibujos):
    limpio = [int(c) for c in d]
    ejemplos.append((limpio, cifra))
    for _ in range(7):
        ejemplos.append((ruido(limpio, 0.04), cifra))

tasa = 0.5
for epoca in range(90):
    random.shuffle(ejemplos)
    perdida, aciertos = 0.0, 0
    for ini in range(0, len(ejemplos), 8):
        lote = ejemplos[ini:ini + 8]
        m = len(lote)
        gW1, gW2 = ceros(OCULTAS, ENTRADAS), ceros(SALIDAS, OCULTAS)
        gb1, gb2 = [0.0] * OCULTAS, [0.0] * SALIDAS
        for x, cifra in lote:
            h, p = adelante(x)
            perdida -= math.log(p[cifra] + 1e-12)
            aciertos += p.index(max(p)) == cifra
            # capa de salida
            d2 = p[:]
            d2[cifra] -= 1.0
            # capa oculta
            d1 = [0.0] * OCULTAS
            for j in range(OCULTAS):
                for k in range(SALIDAS):
                    d1[j] += W2[k][j] * d2[k]
                d1[j] *= 1.0 - h[j] * h[j]
            for k in range(SALIDAS):
                gb2[k] += d2[k] / m
                for j in range(OCULTAS):
                    gW2[k][j] += d2[k] * h[j] / m
            for j in range(OCULTAS):
                gb1[j] += d1[j] / m
                for i in range(ENTRADAS):
                    gW1[j][i] += d1[j] * x[i] / m
        # descenso con decaimiento de pesos (L2)
        for k in range(SALIDAS):
            b2[k] -= tasa * gb2[k]
            for j in range(OCULTAS):
                W2[k][j] -= tasa * (gW2[k][j] + lam * W2[k][j])
        for j in range(OCULTAS):
            b1[j] -= tasa * gb1[j]
            for i in range(ENTRADAS):
                W1[j][i] -= tasa * (gW1[j][i] + lam * W1[j][i])
    tasa *= 0.98
    if epoca % 5 == 0 or epoca == 89:
        print("epoca %3d  perdida %.4f  aciertos %d de %d" % (epoca, perdida / len(ejemplos), aciertos, len(ejemplos)))

print("\nprueba con ruido nuevo:")
for cifra, d in enumerate(dibujos):
    h, p = adelante(ruido([int(c) for c in d], 0.04))
    print(cifra, "->", p.index(max(p)), "(%.2f)" % max(p))
