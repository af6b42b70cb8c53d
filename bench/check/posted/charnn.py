# -*- coding: utf-8 -*-
# Zeichenweises RNN, lernt einen kurzen (selbst ausgedachten) Reim auswendig
import numpy as np

text = "der graue kater schlaeft im gras, die kleine maus wird langsam nass. der kater gaehnt und rennt nach haus, da lacht im keller laut die maus. "
zeichen = sorted(set(text))
V = len(zeichen)
idx = {c: i for i, c in enumerate(zeichen)}
daten = [idx[c] for c in text]

H = 48
T = 20
lernrate = 0.08
rng = np.random.RandomState(5)

Wxh = rng.randn(H, V) * 0.1
Whh = rng.randn(H, H) * 0.1
Why = rng.randn(V, H) * 0.1
bh = np.zeros(H)
by = np.zeros(V)


def onehot(i):
    v = np.zeros(V)
    v[i] = 1
    return v


def verlust_und_gradienten(ein, ziel, h_alt):
    hs = {-1: h_alt}
    ps = {}
    verlust = 0
    for t in range(len(ein)):
        hs[t] = np.tanh(Wxh @ onehot(ein[t]) + Whh @ hs[t - 1] + bh)
        y = Why @ hs[t] + by
        p = np.exp(y - np.max(y))
        ps[t] = p / np.sum(p)
        verlust -= np.log(ps[t][ziel[t]])

    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dh_weiter = np.zeros(H)
    for t in reversed(range(len(ein))):
        dy = ps[t].copy()
        dy[ziel[t]] -= 1
        dWhy += np.outer(dy, hs[t])
        dby += dy
        dh = Why.T @ dy + dh_weiter
        dz = (1 - hs[t] ** 2) * dh
        dbh += dz
        dWxh += np.outer(dz, onehot(ein[t]))
        dWhh += np.outer(dz, hs[t - 1])
        dh_weiter = Whh.T @ dz
    return verlust, (dWxh, dWhh, dWhy, dbh, dby), hs[len(ein) - 1]


def schreibe(h, i, n):
    out = zeichen[i]
    for _ in range(n):
        h = np.tanh(Wxh @ onehot(i) + Whh @ h + bh)
        i = int(np.argmax(Why @ h + by))
        out += zeichen[i]
    return out


parameter = (Wxh, Whh, Why, bh, by)
speicher = [np.zeros_like(p) for p in parameter]
pos = 0
h = np.zeros(H)
glatt = np.log(V) * T

for schritt in range(2000):
    if pos + T + 1 > len(daten):
        pos = 0
        h = np.zeros(H)
    ein = daten[pos:pos + T]
    ziel = daten[pos + 1:pos + T + 1]
    verlust, grads, h = verlust_und_gradienten(ein, ziel, h)
    glatt = 0.98 * glatt + 0.02 * verlust
    for p, g, m in zip(parameter, grads, speicher):
        g = np.clip(g, -5, 5)
        m += g * g
        p -= lernrate * g / np.sqrt(m + 1e-8)
    pos += T
    if schritt % 200 == 0:
        print(schritt, "Verlust pro Zeichen: %.4f" % (glatt / T))

print(schreibe(np.zeros(H), idx["d"], 100))
