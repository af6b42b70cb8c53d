# Autoencoder 8-3-8 em Python puro (lista 2 da disciplina de redes neurais)
# A rede tem que copiar a entrada na saida passando por so 3 neuronios.
import math, random

random.seed(5)

N_ENT, N_OC = 8, 3
TAXA = 0.2
MOMENTO = 0.8

dados = []
for k in range(N_ENT):
    linha = [0.0] * N_ENT
    linha[k] = 1.0
    dados.append(linha)


def sig(x):
    return 1 / (1 + math.exp(-x))


def matriz_aleatoria(linhas, colunas):
    return [[random.gauss(0, 0.5) for _ in range(colunas)] for _ in range(linhas)]


def matriz_zero(linhas, colunas):
    return [[0.0 for _ in range(colunas)] for _ in range(linhas)]


# a ultima coluna de cada matriz e o bias
W = matriz_aleatoria(N_OC, N_ENT + 1)
V = matriz_aleatoria(N_ENT, N_OC + 1)
vel_W = matriz_zero(N_OC, N_ENT + 1)
vel_V = matriz_zero(N_ENT, N_OC + 1)


def camada(M, x):
    x = x + [1.0]
    return [sig(sum(m * xi for m, xi in zip(linha, x))) for linha in M]


def treina_um(x):
    h = camada(W, x)
    s = camada(V, h)
    # entropia cruzada -> o delta da saida fica simples
    delta_s = [s[k] - x[k] for k in range(N_ENT)]
    delta_h = []
    for j in range(N_OC):
        soma = 0.0
        for k in range(N_ENT):
            soma += delta_s[k] * V[k][j]
        delta_h.append(soma * h[j] * (1 - h[j]))

    h1 = h + [1.0]
    x1 = x + [1.0]
    for k in range(N_ENT):
        for j in range(N_OC + 1):
            vel_V[k][j] = MOMENTO * vel_V[k][j] - TAXA * delta_s[k] * h1[j]
            V[k][j] += vel_V[k][j]
    for j in range(N_OC):
        for i in range(N_ENT + 1):
            vel_W[j][i] = MOMENTO * vel_W[j][i] - TAXA * delta_h[j] * x1[i]
            W[j][i] += vel_W[j][i]

    perda = 0.0
    for k in range(N_ENT):
        perda -= x[k] * math.log(s[k] + 1e-15) + (1 - x[k]) * math.log(1 - s[k] + 1e-15)
    return perda


for epoca in range(8000):
    random.shuffle(dados)
    total = 0.0
    for x in dados:
        total += treina_um(x)
    if epoca % 800 == 0:
        print("epoca %4d  perda media %.5f" % (epoca, total / len(dados)))

print()
for x in sorted(dados, reverse=True):
    h = camada(W, x)
    s = camada(V, h)
    codigo = " ".join("%.2f" % v for v in h)
    print(x.index(1.0), "->", codigo, "->", s.index(max(s)))
