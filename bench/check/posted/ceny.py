# Цены на квартиры: ploshad (м2), komnaty, etazh, do metro (минут)
# дз 4, данные придуманные
import numpy as np

np.random.seed(8)

n = 1600
ploshad = np.random.uniform(25, 120, n)
komnaty = np.clip(np.round(ploshad / 25 + np.random.randn(n) * 0.5), 1, 5)
etazh = np.random.randint(1, 17, n)
metro = np.random.uniform(2, 40, n)
cena = 120 * ploshad + 300 * komnaty + 40 * etazh - 2500 * np.log(metro) + 9000
cena = cena + np.random.randn(n) * 300
cena[::20] += 6000          # выбросы, поэтому Huber

X = np.column_stack([ploshad, komnaty, etazh, metro])
X = (X - X.mean(axis=0)) / X.std(axis=0)
sred, razbros = cena.mean(), cena.std()
y = (cena - sred) / razbros

X_train, X_val = X[:1200], X[1200:]
y_train = y[:1200].reshape(-1, 1)
y_val = y[1200:].reshape(-1, 1)

DELTA = 0.5


def softplus(z):
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


def huber(e):
    return np.where(np.abs(e) <= DELTA, 0.5 * e ** 2, DELTA * (np.abs(e) - 0.5 * DELTA))


p = {
    'W1': np.random.randn(4, 10) * 0.5,
    'b1': np.zeros(10),
    'W2': np.random.randn(10, 1) * 0.3,
    'b2': np.zeros(1),
}
cache = {k: np.zeros_like(v) for k, v in p.items()}


def vpered(X):
    z1 = X @ p['W1'] + p['b1']
    a1 = softplus(z1)
    return z1, a1, a1 @ p['W2'] + p['b2']


def nazad(X, y, z1, a1, out):
    g = {}
    e = out - y
    dout = np.clip(e, -DELTA, DELTA) / len(X)
    g['W2'] = a1.T @ dout
    g['b2'] = dout.sum(axis=0)
    dz1 = (dout @ p['W2'].T) / (1 + np.exp(-z1))
    g['W1'] = X.T @ dz1
    g['b1'] = dz1.sum(axis=0)
    return g


lr, rho = 0.0005, 0.9
luchshaya, luchshie_vesa, zhdem = np.inf, None, 0
for epoha in range(500):
    for s in range(0, 1200, 40):
        xb, yb = X_train[s:s + 40], y_train[s:s + 40]
        z1, a1, out = vpered(xb)
        g = nazad(xb, yb, z1, a1, out)
        # RMSprop
        for k in p:
            cache[k] = rho * cache[k] + (1 - rho) * g[k] ** 2
            p[k] -= lr * g[k] / (np.sqrt(cache[k]) + 1e-8)

    val = huber(vpered(X_val)[2] - y_val).mean()
    if val < luchshaya - 1e-6:
        luchshaya, zhdem = val, 0
        luchshie_vesa = {k: v.copy() for k, v in p.items()}
    else:
        zhdem += 1
    if epoha % 20 == 0:
        tr = huber(vpered(X_train)[2] - y_train).mean()
        print('epoha %d  train %.5f  val %.5f' % (epoha, tr, val))
    if zhdem >= 40:
        print('ostanovka na epohe', epoha)
        break

p = luchshie_vesa
prognoz = vpered(X_val)[2][:, 0] * razbros + sred
for i in range(6):
    print('cena %8.0f   prognoz %8.0f' % (cena[1200 + i], prognoz[i]))
print('srednyaya oshibka:', round(np.mean(np.abs(prognoz - cena[1200:])), 1))
