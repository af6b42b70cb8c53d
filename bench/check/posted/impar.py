# Rede neural para a funcao "numero impar de uns" com 3 bits.
# O bias entra como uma coluna de uns no fim de cada camada.
import numpy as np

np.random.seed(14)

entradas = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
alvos = (entradas.sum(axis=1) % 2).reshape(-1, 1)
entradas = np.hstack([entradas, np.ones((8, 1))])

def sigmoide(v):
  return 1 / (1 + np.exp(-v))

ocultos = 6
pesos1 = np.random.uniform(-1, 1, (4, ocultos))
pesos2 = np.random.uniform(-1, 1, (ocultos + 1, 1))
taxa = 0.05
inercia = 0.8
passo1 = np.zeros_like(pesos1)
passo2 = np.zeros_like(pesos2)

for epoca in range(1, 60001):
  # para frente
  meio = sigmoide(entradas @ pesos1)
  meio = np.hstack([meio, np.ones((8, 1))])
  saida = sigmoide(meio @ pesos2)
  erro = alvos - saida

  if np.abs(erro).mean() < 0.01:
    break

  # para tras
  delta2 = erro * saida * (1 - saida)
  delta1 = (delta2 @ pesos2.T) * meio * (1 - meio)
  delta1 = delta1[:, :-1]        # o bias nao tem nada atras dele

  # ajuste com inercia
  passo1 = inercia * passo1 + taxa * entradas.T @ delta1
  passo2 = inercia * passo2 + taxa * meio.T @ delta2
  pesos1 += passo1
  pesos2 += passo2

print("parou na epoca", epoca)
for linha, alvo, s in zip(entradas, alvos, saida):
  print(linha[:3].astype(int), "alvo", alvo[0], "rede", round(float(s[0]), 2))
