# Rede neural simples (2-4-1) para o problema XOR, sem bibliotecas
import math
import random

random.seed(10)


def sigmoide(x):
    return 1 / (1 + math.exp(-x))


def peso():
    return random.uniform(-1, 1)


class Rede:
    def __init__(self, n_entrada, n_oculta, taxa, momento):
        self.n_entrada = n_entrada
        self.n_oculta = n_oculta
        self.taxa = taxa
        self.momento = momento
        # o ultimo peso de cada neuronio e o bias
        self.oculta = [[peso() for i in range(n_entrada + 1)] for j in range(n_oculta)]
        self.saida = [peso() for j in range(n_oculta + 1)]
        self.ant_oculta = [[0.0] * (n_entrada + 1) for j in range(n_oculta)]
        self.ant_saida = [0.0] * (n_oculta + 1)

    def propagar(self, entrada):
        self.x = list(entrada) + [1.0]
        self.h = []
        for neuronio in self.oculta:
            soma = 0.0
            for p, xi in zip(neuronio, self.x):
                soma += p * xi
            self.h.append(sigmoide(soma))
        self.h.append(1.0)
        soma = 0.0
        for p, hj in zip(self.saida, self.h):
            soma += p * hj
        self.y = sigmoide(soma)
        return self.y

    def retropropagar(self, alvo):
        delta_s = (alvo - self.y) * self.y * (1 - self.y)
        delta_o = []
        for j in range(self.n_oculta):
            delta_o.append(delta_s * self.saida[j] * self.h[j] * (1 - self.h[j]))

        for j in range(self.n_oculta + 1):
            mudanca = self.taxa * delta_s * self.h[j] + self.momento * self.ant_saida[j]
            self.saida[j] += mudanca
            self.ant_saida[j] = mudanca

        for j in range(self.n_oculta):
            for i in range(self.n_entrada + 1):
                mudanca = self.taxa * delta_o[j] * self.x[i] + self.momento * self.ant_oculta[j][i]
                self.oculta[j][i] += mudanca
                self.ant_oculta[j][i] = mudanca


dados = [
    ([0, 0], 0),
    ([0, 1], 1),
    ([1, 0], 1),
    ([1, 1], 0),
]

rede = Rede(2, 4, taxa=0.5, momento=0.5)

epoca = 0
erro = 1.0
while erro > 0.0001 and epoca < 100000:
    erro = 0.0
    for entrada, alvo in dados:
        y = rede.propagar(entrada)
        erro += (alvo - y) ** 2
        rede.retropropagar(alvo)
    if epoca % 10000 == 0:
        print("epoca", epoca, "erro", erro)
    epoca += 1

print("parou na epoca", epoca, "com erro", erro)
for entrada, alvo in dados:
    print(entrada, alvo, "->", round(rede.propagar(entrada), 3))
