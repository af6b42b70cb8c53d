# Redes Neurais Artificiais - Trabalho pratico 2
# PMC como aproximador de funcao (3 entradas, 8 neuronios na camada escondida, 1 saida)
# Sem bibliotecas externas!
import math
import random

random.seed(42)

eta = 0.4             # taxa de aprendizagem
epsilon = 1e-7        # precisao requerida
MAX_EPOCAS = 2000
N1 = 8


def logistica(u):
    return 1.0 / (1.0 + math.exp(-u))


def sistema(x1, x2, x3):
    """processo que a rede deve aprender (energia absorvida)"""
    return 40.0 * x1 * x2 + 25.0 * math.sin(2.5 * x3) + 10.0 * (1.0 - x1) ** 2


# ---------- conjunto de treinamento ----------
amostras = []
for _ in range(70):
    x = [random.random() for _ in range(3)]
    amostras.append((x, sistema(*x)))

maior = max(d for _, d in amostras)
treino = []
for x, d in amostras:
    # bias entra como x0 = -1
    treino.append(([-1.0] + x, d / (1.1 * maior)))

# ---------- pesos ----------
W1 = [[random.uniform(-0.5, 0.5) for _ in range(4)] for _ in range(N1)]
W2 = [random.uniform(-0.5, 0.5) for _ in range(N1 + 1)]


def forward(x):
    I1 = [sum(w * xi for w, xi in zip(linha, x)) for linha in W1]
    Y1 = [-1.0] + [logistica(u) for u in I1]
    I2 = sum(w * y for w, y in zip(W2, Y1))
    return Y1, logistica(I2)


def calcula_eqm():
    total = 0.0
    for x, d in treino:
        _, y = forward(x)
        total += (d - y) ** 2
    return total / len(treino)


# ---------- treinamento ----------
epoca = 0
eqm_atual = calcula_eqm()
print("EQM inicial:", eqm_atual)

while True:
    eqm_anterior = eqm_atual

    for x, d in treino:
        Y1, y = forward(x)

        # gradiente local do neuronio de saida
        delta2 = (d - y) * y * (1.0 - y)

        # gradientes locais da camada escondida
        delta1 = []
        for j in range(N1):
            yj = Y1[j + 1]
            delta1.append(delta2 * W2[j + 1] * yj * (1.0 - yj))

        for j in range(N1 + 1):
            W2[j] += eta * delta2 * Y1[j]

        for j in range(N1):
            for i in range(4):
                W1[j][i] += eta * delta1[j] * x[i]

    eqm_atual = calcula_eqm()
    epoca += 1
    if epoca % 250 == 0:
        print("epoca %5d   EQM = %.8f" % (epoca, eqm_atual))
    if abs(eqm_atual - eqm_anterior) <= epsilon or epoca >= MAX_EPOCAS:
        break

print("Terminou com %d epocas, EQM = %.8f" % (epoca, eqm_atual))

# ---------- validacao ----------
print("  desejado   rede")
for _ in range(8):
    x = [random.random() for _ in range(3)]
    _, y = forward([-1.0] + x)
    print("%9.3f %9.3f" % (sistema(*x), y * 1.1 * maior))
