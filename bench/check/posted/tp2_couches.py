# TP2 - réseau de neurones "fait main", une classe par couche
# but : approcher une fonction bruitée sur [-3, 3]
import numpy as np

alea = np.random.default_rng(2023)


class CoucheDense:
    def __init__(self, n_entree, n_sortie):
        self.W = alea.normal(0, 1 / np.sqrt(n_entree), (n_entree, n_sortie))
        self.b = np.zeros(n_sortie)
        # moments pour Adam
        self.mW, self.vW = np.zeros_like(self.W), np.zeros_like(self.W)
        self.mb, self.vb = np.zeros_like(self.b), np.zeros_like(self.b)

    def avant(self, x):
        self.x = x
        return x @ self.W + self.b

    def arriere(self, delta, pas, t):
        dW = self.x.T @ delta
        db = delta.sum(axis=0)
        dx = delta @ self.W.T
        self.W -= pas * self.adam("W", dW, t)
        self.b -= pas * self.adam("b", db, t)
        return dx

    def adam(self, nom, g, t, beta1=0.9, beta2=0.999, eps=1e-8):
        m = beta1 * getattr(self, "m" + nom) + (1 - beta1) * g
        v = beta2 * getattr(self, "v" + nom) + (1 - beta2) * g ** 2
        setattr(self, "m" + nom, m)
        setattr(self, "v" + nom, v)
        m_chapeau = m / (1 - beta1 ** t)
        v_chapeau = v / (1 - beta2 ** t)
        return m_chapeau / (np.sqrt(v_chapeau) + eps)


class CoucheTanh:
    def avant(self, x):
        self.sortie = np.tanh(x)
        return self.sortie

    def arriere(self, delta, pas, t):
        return delta * (1 - self.sortie ** 2)


class Reseau:
    def __init__(self, couches):
        self.couches = couches
        self.t = 0

    def predire(self, x):
        for couche in self.couches:
            x = couche.avant(x)
        return x

    def apprendre(self, x, y, pas):
        self.t += 1
        sortie = self.predire(x)
        ecart = sortie - y
        delta = 2 * ecart / len(x)
        for couche in reversed(self.couches):
            delta = couche.arriere(delta, pas, self.t)
        return np.mean(ecart ** 2)


# --- données ---
x = alea.uniform(-3, 3, (320, 1))
y = np.sin(2 * x) + 0.3 * x + alea.normal(0, 0.05, x.shape)

taille_lot = 16
reseau = Reseau([
    CoucheDense(1, 16), CoucheTanh(),
    CoucheDense(16, 16), CoucheTanh(),
    CoucheDense(16, 1),
])

# --- apprentissage ---
for epoque in range(501):
    ordre = alea.permutation(len(x))
    cout = 0
    for debut in range(0, len(x), taille_lot):
        lot = ordre[debut:debut + taille_lot]
        cout += reseau.apprendre(x[lot], y[lot], pas=0.005)
    cout /= len(x) / taille_lot
    if epoque % 50 == 0:
        print(f"époque {epoque:3d} : erreur quadratique moyenne = {cout:.5f}")

grille = np.linspace(-3, 3, 7).reshape(-1, 1)
for g, p in zip(grille[:, 0], reseau.predire(grille)[:, 0]):
    print(f"f({g:+.1f}) = {np.sin(2 * g) + 0.3 * g:+.3f}   réseau : {p:+.3f}")
