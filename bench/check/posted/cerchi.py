import random
from math import cos, sin, pi, exp, log

random.seed(21)

# due cerchi concentrici, etichette +1 / -1
punti = []
for i in range(200):
    a = random.random() * 2 * pi
    punti.append((cos(a) + random.gauss(0, 0.2), sin(a) + random.gauss(0, 0.2), 1.0))
    a = random.random() * 2 * pi
    punti.append((2.2 * cos(a) + random.gauss(0, 0.2), 2.2 * sin(a) + random.gauss(0, 0.2), -1.0))

NH = 8
lam = 0.0005
passo = 0.2
tolleranza = 1e-7

U = [[random.gauss(0, 0.5) for _ in range(2)] for _ in range(NH)]
c = [random.gauss(0, 0.5) for _ in range(NH)]
w = [random.gauss(0, 0.5) for _ in range(NH)]
b = 0.0


def softplus(v):
    return log(1 + exp(-abs(v))) + max(v, 0.0)


def dsoftplus(v):
    return 1 / (1 + exp(-v))


def calcola(x1, x2):
    v = [U[j][0] * x1 + U[j][1] * x2 + c[j] for j in range(NH)]
    h = [softplus(t) for t in v]
    return v, h, sum(w[j] * h[j] for j in range(NH)) + b


N = len(punti)
vecchia = 1e9

for epoca in range(1, 2001):
    # azzero i gradienti
    gU = [[0.0, 0.0] for _ in range(NH)]
    gc = [0.0] * NH
    gw = [0.0] * NH
    gb = 0.0
    perdita = 0.0
    giusti = 0

    for x1, x2, y in punti:
        v, h, s = calcola(x1, x2)
        if y * s > 0:
            giusti += 1
        margine = 1 - y * s
        if margine <= 0:
            continue          # la hinge vale zero, nessun gradiente
        perdita += margine / N
        ds = -y / N
        gb += ds
        for j in range(NH):
            gw[j] += ds * h[j]
            dv = ds * w[j] * dsoftplus(v[j])
            gU[j][0] += dv * x1
            gU[j][1] += dv * x2
            gc[j] += dv

    # penalita' L2 sui pesi (non sui bias)
    for j in range(NH):
        perdita += 0.5 * lam * (w[j] ** 2 + U[j][0] ** 2 + U[j][1] ** 2)
        gw[j] += lam * w[j]
        gU[j][0] += lam * U[j][0]
        gU[j][1] += lam * U[j][1]

    # aggiornamento
    for j in range(NH):
        w[j] -= passo * gw[j]
        c[j] -= passo * gc[j]
        U[j][0] -= passo * gU[j][0]
        U[j][1] -= passo * gU[j][1]
    b -= passo * gb

    if epoca % 200 == 0 or epoca == 1:
        print("epoca", epoca, "corretti", giusti, "su", N)

    if abs(vecchia - perdita) < tolleranza:
        print("convergenza all'epoca", epoca)
        break
    vecchia = perdita

print("perdita finale", perdita)
for prova in [(0.0, 0.0), (0.9, 0.3), (1.6, 1.6), (-2.0, 0.5)]:
    print(prova, "->", "+1" if calcola(*prova)[2] > 0 else "-1")
