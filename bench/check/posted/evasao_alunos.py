# %% [markdown]
# Previsao de evasao de alunos - rede neural do zero (dados sinteticos)

# %%
import numpy as np

np.random.seed(2023)

# %% dados: idade, renda da familia (R$), faltas, nota (0-100), horas de estudo por semana
n = 900
idade = np.random.randint(17, 45, n)
renda = np.random.randint(900, 12000, n)
faltas = np.random.poisson(7, n)
nota = np.clip(np.random.normal(62, 15, n), 0, 100).astype(int)
horas = np.random.randint(0, 25, n)
X = np.column_stack([idade, renda, faltas, nota, horas])

risco = 0.5 * (faltas - 7) - 0.09 * (nota - 62) - 0.00035 * (renda - 6000) - 0.12 * (horas - 12)
risco = risco + 1.5 * ((idade > 30) & (horas < 10)) - 0.8
y = (np.random.rand(n) < 1 / (1 + np.exp(-risco))).astype(float).reshape(-1, 1)
print("taxa de evasao:", y.mean())

# %% treino / teste
corte = 700
X_treino, X_teste = X[:corte], X[corte:]
y_treino, y_teste = y[:corte], y[corte:]


# %% padronizar coluna por coluna (media e desvio so do treino!)
def padronizar(A, referencia):
    Z = np.zeros(A.shape)
    for j in range(A.shape[1]):
        Z[:, j] = (A[:, j] - referencia[:, j].mean()) / referencia[:, j].std()
    return Z


X_teste_p = padronizar(X_teste, X_treino)
X_treino_p = padronizar(X_treino, X_treino)


# %% rede
def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


def d_leaky(z):
    return np.where(z > 0, 1.0, 0.1)


n_oculta = 20
W1 = np.random.randn(5, n_oculta) * np.sqrt(2 / 5)
b1 = np.zeros((1, n_oculta))
W2 = np.random.randn(n_oculta, 1) * np.sqrt(1 / n_oculta)
b2 = np.zeros((1, 1))

taxa, rho, eps = 0.003, 0.9, 1e-7
cW1, cb1, cW2, cb2 = 0, 0, 0, 0
lote = 50

# %% treinamento com RMSprop
for epoca in range(41):
    ordem = np.random.permutation(corte)
    for i in range(0, corte, lote):
        idx = ordem[i:i + lote]
        xb, yb = X_treino_p[idx], y_treino[idx]

        # ida
        z1 = xb @ W1 + b1
        a1 = leaky(z1)
        p = sigmoide(a1 @ W2 + b2)

        # volta
        dz2 = (p - yb) / len(xb)
        dW2 = a1.T @ dz2
        db2 = dz2.sum(axis=0, keepdims=True)
        dz1 = (dz2 @ W2.T) * d_leaky(z1)
        dW1 = xb.T @ dz1
        db1 = dz1.sum(axis=0, keepdims=True)

        # RMSprop
        cW1 = rho * cW1 + (1 - rho) * dW1 ** 2
        cb1 = rho * cb1 + (1 - rho) * db1 ** 2
        cW2 = rho * cW2 + (1 - rho) * dW2 ** 2
        cb2 = rho * cb2 + (1 - rho) * db2 ** 2
        W1 -= taxa * dW1 / (np.sqrt(cW1) + eps)
        b1 -= taxa * db1 / (np.sqrt(cb1) + eps)
        W2 -= taxa * dW2 / (np.sqrt(cW2) + eps)
        b2 -= taxa * db2 / (np.sqrt(cb2) + eps)

    if epoca % 8 == 0:
        pt = sigmoide(leaky(X_treino_p @ W1 + b1) @ W2 + b2)
        perda = -np.mean(y_treino * np.log(pt + 1e-9) + (1 - y_treino) * np.log(1 - pt + 1e-9))
        pv = sigmoide(leaky(X_teste_p @ W1 + b1) @ W2 + b2)
        acc = np.mean((pv > 0.5) == (y_teste > 0.5))
        print(f"epoca {epoca:3d} - perda treino {perda:.4f} - acuracia teste {acc:.3f}")
