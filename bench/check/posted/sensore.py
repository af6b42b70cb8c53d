# Regressione robusta: un sensore che ogni tanto sbaglia di grosso.
# Perdita di Huber, strato nascosto softplus, RMSprop.
import numpy as np


class Rete:
    def __init__(self, nascosti, passo=0.005, rho=0.9, soglia=0.5):
        gen = np.random.RandomState(9)
        self.p = [gen.randn(1, nascosti) * 2.0,         # W1
                  gen.randn(1, nascosti),               # b1
                  gen.randn(nascosti, 1) * 0.3,         # W2
                  np.zeros((1, 1))]                     # b2
        self.cache = [np.zeros_like(q) for q in self.p]
        self.passo = passo
        self.rho = rho
        self.soglia = soglia

    def avanti(self, x):
        W1, b1, W2, b2 = self.p
        self.x = x
        self.z = x @ W1 + b1
        self.h = np.log(1 + np.exp(self.z))
        return self.h @ W2 + b2

    def perdita(self, prev, y):
        r = np.abs(prev - y)
        s = self.soglia
        return np.mean(np.where(r <= s, 0.5 * r ** 2, s * (r - 0.5 * s)))

    def indietro(self, prev, y):
        r = prev - y
        s = self.soglia
        d2 = np.where(np.abs(r) <= s, r, s * np.sign(r)) / len(y)
        gW2 = self.h.T @ d2
        gb2 = d2.sum(axis=0, keepdims=True)
        d1 = (d2 @ self.p[2].T) / (1 + np.exp(-self.z))
        gW1 = self.x.T @ d1
        gb1 = d1.sum(axis=0, keepdims=True)
        return [gW1, gb1, gW2, gb2]

    def aggiorna(self, grad):
        for i in range(4):
            self.cache[i] = self.rho * self.cache[i] + (1 - self.rho) * grad[i] ** 2
            self.p[i] -= self.passo * grad[i] / (np.sqrt(self.cache[i]) + 1e-8)


def misure(n):
    gen = np.random.RandomState(2)
    x = np.linspace(-3, 3, n).reshape(-1, 1)
    vero = np.sin(1.5 * x) + 0.3 * x
    y = vero + gen.randn(n, 1) * 0.05
    guasti = gen.choice(n, n // 12, replace=False)
    y[guasti] += gen.choice([-4.0, 4.0], (len(guasti), 1))
    return x, y, vero


x, y, vero = misure(200)
rete = Rete(24)
for epoca in range(9001):
    prev = rete.avanti(x)
    if epoca % 500 == 0:
        print(f"epoca {epoca:5d}  perdita {rete.perdita(prev, y):.5f}"
              f"  scarto dal vero {np.mean(np.abs(prev - vero)):.4f}")
    rete.aggiorna(rete.indietro(prev, y))
    if epoca == 6000:
        rete.passo *= 0.2
