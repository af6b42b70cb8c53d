# Netz lernt die Kraft eines gekoppelten anharmonischen Oszillators, F = -grad U
import numpy as np

rng = np.random.default_rng(2024)
dtype = np.float64

N = 256          # Anzahl der Konfigurationen
D = 3            # Freiheitsgrade
H = 20           # verdeckte Einheiten (beide Schichten gleich breit)

K = np.array([[1.0, -0.4, 0.0], [-0.4, 1.2, -0.3], [0.0, -0.3, 0.8]], dtype=dtype)
q = rng.uniform(-1, 1, (N, D)).astype(dtype)
F = -np.einsum('ij,nj->ni', K, q) - 0.8 * q**3

W0 = rng.normal(0, 1 / np.sqrt(D), (D, H)).astype(dtype)
W1 = rng.normal(0, 1 / np.sqrt(H), (H, H)).astype(dtype)
W2 = rng.normal(0, 1 / np.sqrt(H), (H, D)).astype(dtype)
b0 = np.zeros(H, dtype)
b1 = np.zeros(H, dtype)
b2 = np.zeros(D, dtype)


def vorwaerts(q):
    h0 = np.tanh(np.einsum('nd,dj->nj', q, W0) + b0)
    h1 = np.tanh(np.einsum('nj,jk->nk', h0, W1) + b1)
    out = np.einsum('nk,ke->ne', h1, W2) + b2
    return h0, h1, out


def verlust(out, F):
    """mittlere quadratische Abweichung, S = <|F_netz - F|^2> / 2"""
    return 0.5 * np.einsum('ne,ne->', out - F, out - F) / len(F)


def rueckwaerts(q, F, h0, h1, out):
    g2 = (out - F) / len(F)
    dW2 = np.einsum('nk,ne->ke', h1, g2)
    db2 = np.einsum('ne->e', g2)
    g1 = np.einsum('ne,ke->nk', g2, W2) * (1 - h1**2)
    dW1 = np.einsum('nj,nk->jk', h0, g1)
    db1 = np.einsum('nk->k', g1)
    g0 = np.einsum('nk,jk->nj', g1, W1) * (1 - h0**2)
    dW0 = np.einsum('nd,nj->dj', q, g0)
    db0 = np.einsum('nj->j', g0)
    return dW0, db0, dW1, db1, dW2, db2


if __name__ == '__main__':
    eta = 0.05   # Schrittweite
    gamma = 0.9  # Traegheit
    param = [W0, b0, W1, b1, W2, b2]
    impuls = [np.zeros_like(p) for p in param]

    for schritt in range(2501):
        h0, h1, out = vorwaerts(q)
        S = verlust(out, F)
        grad = rueckwaerts(q, F, h0, h1, out)
        for p, v, g in zip(param, impuls, grad):
            v[...] = gamma * v - eta * g
            p += v
        if schritt % 500 == 0:
            print(f'{schritt:5d}   S = {S:.3e}')

    # Kontrolle auf neuen Konfigurationen
    qt = rng.uniform(-1, 1, (200, D)).astype(dtype)
    Ft = -np.einsum('ij,nj->ni', K, qt) - 0.8 * qt**3
    _, _, out = vorwaerts(qt)
    print('relativer Fehler', np.linalg.norm(out - Ft) / np.linalg.norm(Ft))
