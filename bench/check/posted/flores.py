# -*- coding: utf-8 -*-
# Trabalho 2 - Redes Neurais: perceptron multicamadas sem bibliotecas
# Classifica tres tipos de flor a partir de 4 medidas (em cm)
import random
from math import exp

random.seed(11)

FLORES = [
    (5.0, 3.4, 1.4, 0.2, 'lilas'), (4.8, 3.1, 1.5, 0.1, 'lilas'), (5.3, 3.8, 1.6, 0.3, 'lilas'),
    (4.6, 3.0, 1.3, 0.2, 'lilas'), (5.5, 4.0, 1.4, 0.4, 'lilas'), (5.1, 3.6, 1.7, 0.2, 'lilas'),
    (4.9, 3.3, 1.5, 0.2, 'lilas'), (5.7, 4.1, 1.5, 0.3, 'lilas'),
    (6.2, 2.8, 4.4, 1.3, 'azul'), (5.7, 2.7, 4.0, 1.2, 'azul'), (6.6, 3.0, 4.7, 1.5, 'azul'),
    (5.5, 2.4, 3.8, 1.0, 'azul'), (6.0, 2.6, 4.5, 1.4, 'azul'), (6.8, 3.1, 4.9, 1.5, 'azul'),
    (5.9, 3.0, 4.2, 1.3, 'azul'), (5.6, 2.5, 3.9, 1.1, 'azul'),
    (6.4, 3.0, 5.5, 2.0, 'branca'), (7.2, 3.2, 6.1, 2.3, 'branca'), (6.1, 2.7, 5.1, 1.8, 'branca'),
    (6.9, 3.1, 5.7, 2.2, 'branca'), (7.6, 3.0, 6.5, 2.1, 'branca'), (6.3, 3.3, 5.9, 2.4, 'branca'),
    (6.0, 2.8, 5.0, 1.9, 'branca'), (6.7, 2.9, 5.6, 2.0, 'branca'),
]
TIPOS = ['lilas', 'azul', 'branca']


def sigmoide(z):
    return 1.0 / (1.0 + exp(-z))


class Neuronio:
    def __init__(self, n_entradas):
        self.pesos = [random.uniform(-0.5, 0.5) for _ in range(n_entradas)]
        self.vies = 0.0
        self.entradas = []
        self.saida = 0.0
        self.delta = 0.0

    def ativar(self, entradas):
        self.entradas = entradas
        soma = self.vies
        for p, e in zip(self.pesos, entradas):
            soma += p * e
        self.saida = sigmoide(soma)
        return self.saida

    def derivada(self):
        return self.saida * (1.0 - self.saida)

    def ajustar(self, taxa):
        for k in range(len(self.pesos)):
            self.pesos[k] -= taxa * self.delta * self.entradas[k]
        self.vies -= taxa * self.delta


class Camada:
    def __init__(self, n_neuronios, n_entradas):
        self.neuronios = [Neuronio(n_entradas) for _ in range(n_neuronios)]

    def ativar(self, entradas):
        return [n.ativar(entradas) for n in self.neuronios]


class Rede:
    def __init__(self, tamanhos):
        self.camadas = []
        for i in range(1, len(tamanhos)):
            self.camadas.append(Camada(tamanhos[i], tamanhos[i - 1]))

    def prever(self, x):
        for camada in self.camadas:
            x = camada.ativar(x)
        return x

    def retropropagar(self, alvo, taxa):
        # 1) deltas da camada de saida
        for n, t in zip(self.camadas[-1].neuronios, alvo):
            n.delta = (n.saida - t) * n.derivada()
        # 2) deltas das camadas ocultas, de tras para frente
        for c in range(len(self.camadas) - 2, -1, -1):
            seguinte = self.camadas[c + 1]
            for j, n in enumerate(self.camadas[c].neuronios):
                erro = 0.0
                for s in seguinte.neuronios:
                    erro += s.pesos[j] * s.delta
                n.delta = erro * n.derivada()
        # 3) ajuste de todos os pesos
        for camada in self.camadas:
            for n in camada.neuronios:
                n.ajustar(taxa)


def normalizar(linhas):
    colunas = list(zip(*linhas))
    minimos = [min(c) for c in colunas]
    maximos = [max(c) for c in colunas]
    return [[(v - a) / (b - a) for v, a, b in zip(linha, minimos, maximos)] for linha in linhas]


entradas = normalizar([f[:4] for f in FLORES])
alvos = [[1.0 if f[4] == t else 0.0 for t in TIPOS] for f in FLORES]
dados = list(zip(entradas, alvos))

rede = Rede([4, 6, 3])
for epoca in range(1, 4001):
    random.shuffle(dados)
    erro_total = 0.0
    for x, alvo in dados:
        saida = rede.prever(x)
        erro_total += sum(0.5 * (s - t) ** 2 for s, t in zip(saida, alvo))
        rede.retropropagar(alvo, 0.3)
    if epoca == 1 or epoca % 500 == 0:
        print('epoca %4d  erro %.5f' % (epoca, erro_total / len(dados)))

acertos = 0
for x, f in zip(entradas, FLORES):
    saida = rede.prever(x)
    acertos += TIPOS[saida.index(max(saida))] == f[4]
print('acertos: %d de %d' % (acertos, len(FLORES)))
