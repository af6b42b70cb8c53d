# Regressão logística "na unha": prever se o aluno foi aprovado
# colunas: minutos de estudo por semana, faltas no semestre, renda da família (R$)
import numpy as np

np.random.seed(21)

N = 400
minutos = np.random.uniform(30, 900, N)
faltas = np.random.randint(0, 20, N)
renda = np.random.normal(3500, 900, N)
chance = 0.012 * (minutos - 450) - 0.25 * (faltas - 9) + np.random.normal(0, 0.8, N)
y = (chance > 0).astype(float).reshape(N, 1)
dados = np.column_stack([minutos, faltas, renda])

# separa treino e teste
corte = 200
media = dados[:corte].mean(axis=0)
desvio = dados[:corte].std(axis=0)
X = (dados - media) / desvio
X_treino, X_teste = X[:corte], X[corte:]
y_treino, y_teste = y[:corte], y[corte:]


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def custo(X, y, w, b, lam):
    p = sigmoide(X @ w + b)
    p = np.clip(p, 1e-10, 1 - 1e-10)
    m = len(y)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lam / (2 * m) * np.sum(w ** 2)


def gradientes(X, y, w, b, lam):
    m = len(y)
    p = sigmoide(X @ w + b)
    dw = X.T @ (p - y) / m + lam / m * w
    db = np.mean(p - y)
    return dw, db


w = np.zeros((3, 1))
b = 0.0
alfa = 0.01
lam = 0.5
tolerancia = 1e-8
custo_anterior = float("inf")

for i in range(50000):
    dw, db = gradientes(X_treino, y_treino, w, b, lam)
    w = w - alfa * dw
    b = b - alfa * db
    c = custo(X_treino, y_treino, w, b, lam)
    if i % 4000 == 0:
        print(f"iteração {i}: custo = {c:.5f}")
    if custo_anterior - c < tolerancia:
        print("convergiu na iteração", i)
        break
    custo_anterior = c


def acuracia(X, y):
    return np.mean((sigmoide(X @ w + b) >= 0.5) == (y == 1))


print("pesos:", w.ravel(), "viés:", b)
print("acurácia no treino:", acuracia(X_treino, y_treino))
print("acurácia no teste:", acuracia(X_teste, y_teste))
