# -*- coding: utf-8 -*-
"""
Autoencoder 64 -> 16 -> 3 -> 16 -> 64
Trabalho da disciplina: comprimir imagens 8x8 com uma mancha em posição aleatória
Taxa de aprendizado adaptativa: se o erro cai aumenta a taxa, se sobe diminui
"""
import numpy as np

np.random.seed(2)


def gerar_imagens(quantidade):
    imagens = []
    linha, coluna = np.mgrid[0:8, 0:8]
    for _ in range(quantidade):
        cx, cy = np.random.uniform(1, 6, 2)
        largura = np.random.uniform(1.0, 2.0)
        mancha = np.exp(-((linha - cx) ** 2 + (coluna - cy) ** 2) / (2 * largura ** 2))
        imagens.append(mancha.ravel())
    return np.array(imagens)


def logistica(v):
    return 1 / (1 + np.exp(-v))


dados = gerar_imagens(250)
minimo, maximo = dados.min(), dados.max()
X = (dados - minimo) / (maximo - minimo)

tamanhos = [64, 16, 3, 16, 64]
pesos = []
vieses = []
for ent, sai in zip(tamanhos[:-1], tamanhos[1:]):
    pesos.append(np.random.randn(ent, sai) / np.sqrt(ent))
    vieses.append(np.zeros(sai))

taxa = 1.0
erro_anterior = np.inf
n = len(X)

for ciclo in range(2000):
    # propagação: tanh nas ocultas, logística na saída
    ativ = [X]
    for k in range(4):
        soma = ativ[-1] @ pesos[k] + vieses[k]
        ativ.append(np.tanh(soma) if k < 3 else logistica(soma))

    diferenca = ativ[-1] - X
    erro = 0.5 * np.sum(diferenca ** 2) / n

    # retropropagação
    grad_pesos = [None] * 4
    grad_vieses = [None] * 4
    delta = diferenca * ativ[4] * (1 - ativ[4]) / n
    for k in range(3, -1, -1):
        grad_pesos[k] = ativ[k].T @ delta
        grad_vieses[k] = delta.sum(axis=0)
        if k > 0:
            delta = (delta @ pesos[k].T) * (1 - ativ[k] ** 2)

    if erro < erro_anterior:
        taxa = min(taxa * 1.02, 3.0)
    else:
        taxa = taxa * 0.7
    erro_anterior = erro

    for k in range(4):
        pesos[k] -= taxa * grad_pesos[k]
        vieses[k] -= taxa * grad_vieses[k]

    if ciclo % 200 == 0:
        print(f"ciclo {ciclo:5d}  erro {erro:.5f}  taxa {taxa:.4f}")

print("original / reconstruída (imagem 0, linha do meio):")
print(np.round(X[0].reshape(8, 8)[4], 2))
print(np.round(ativ[-1][0].reshape(8, 8)[4], 2))
