# Rede neural neuronio por neuronio, sem numpy (trabalho da disciplina de IA)
# Entradas: 2 bits.  Saidas: [XOR, AND]
import math
import random

random.seed(42)


class Neuronio:
    def __init__(self, n_entradas):
        self.pesos = [random.uniform(-1, 1) for _ in range(n_entradas)]
        self.bias = 0.0
        self.entradas = []
        self.saida = 0.0
        self.delta = 0.0

    def ativar(self, entradas):
        self.entradas = entradas
        total = self.bias
        for w, x in zip(self.pesos, entradas):
            total += w * x
        self.saida = 1.0 / (1.0 + math.exp(-total))
        return self.saida

    def derivada(self):
        # derivada da sigmoide em funcao da propria saida
        return self.saida * (1.0 - self.saida)

    def ajustar(self, taxa):
        for i in range(len(self.pesos)):
            self.pesos[i] -= taxa * self.delta * self.entradas[i]
        self.bias -= taxa * self.delta


class Rede:
    def __init__(self, n_entradas, n_ocultos, n_saidas):
        self.oculta = [Neuronio(n_entradas) for _ in range(n_ocultos)]
        self.saida = [Neuronio(n_ocultos) for _ in range(n_saidas)]

    def propagar(self, x):
        h = [n.ativar(x) for n in self.oculta]
        return [n.ativar(h) for n in self.saida]

    def retropropagar(self, alvo):
        # 1) camada de saida: E = 1/2 * soma (saida - alvo)^2
        for n, t in zip(self.saida, alvo):
            n.delta = (n.saida - t) * n.derivada()
        # 2) camada oculta: soma dos deltas da saida ponderados pelos pesos
        for j, n in enumerate(self.oculta):
            soma = 0.0
            for k in self.saida:
                soma += k.delta * k.pesos[j]
            n.delta = soma * n.derivada()

    def atualizar(self, taxa):
        for n in self.oculta + self.saida:
            n.ajustar(taxa)

    def erro(self, dados):
        e = 0.0
        for x, t in dados:
            y = self.propagar(x)
            e += 0.5 * sum((a - b) ** 2 for a, b in zip(y, t))
        return e / len(dados)


dados = [([0, 0], [0, 0]),
         ([0, 1], [1, 0]),
         ([1, 0], [1, 0]),
         ([1, 1], [0, 1])]

rede = Rede(2, 4, 2)
for epoca in range(6000):
    random.shuffle(dados)
    for x, t in dados:
        rede.propagar(x)
        rede.retropropagar(t)
        rede.atualizar(0.5)
    if epoca % 1000 == 0:
        print("epoca %5d  erro %.5f" % (epoca, rede.erro(dados)))

print("erro final %.5f" % rede.erro(dados))
for x, t in sorted(dados):
    y = rede.propagar(x)
    print(x, "->", ["%.3f" % v for v in y], "esperado", t)
