# house prices with a neural net, no numpy on this machine so I wrote the matrix stuff myself
import math
import random

random.seed(4)


def mul(A, B):
    Bt = list(zip(*B))
    return [[sum(x * y for x, y in zip(r, c)) for c in Bt] for r in A]


def tr(A):
    return [list(c) for c in zip(*A)]


def emap(f, A):
    return [[f(x) for x in r] for r in A]


def ezip(f, A, B):
    return [[f(x, y) for x, y in zip(r, s)] for r, s in zip(A, B)]


def addrow(A, b):
    return [[x + y for x, y in zip(r, b)] for r in A]


def colsum(A):
    return [sum(c) for c in zip(*A)]


def sig(x):
    return 1 / (1 + math.exp(-x)) if x > -500 else 0.0


# m2, rooms, age, km to the centre, price (in thousands)
def house():
    m2 = random.randint(40, 180)
    rooms = max(1, round(m2 / 28 + random.gauss(0, 0.6)))
    age = random.randint(0, 60)
    km = random.uniform(0.5, 20)
    price = 60 + 2.6 * m2 + 11 * rooms - 1.4 * age + 150 * math.exp(-km / 5) + random.gauss(0, 8)
    return [m2, rooms, age, km, price]


def standardise(A):
    cols = []
    for c in zip(*A):
        mu = sum(c) / len(c)
        sd = math.sqrt(sum((v - mu) ** 2 for v in c) / len(c))
        cols.append([(v - mu) / sd for v in c])
    return tr(cols)


data = [house() for _ in range(60)]
X = standardise([r[:4] for r in data])
t = [[r[4] / 1000] for r in data]       # in millions, so between 0 and 1
n = len(X)

h = 7
W = [[random.gauss(0, 0.5) for _ in range(h)] for _ in range(4)]
b = [0.0] * h
V = [[random.gauss(0, 0.5)] for _ in range(h)]
c = [0.0]


def forward(X):
    A = emap(math.tanh, addrow(mul(X, W), b))
    y = emap(sig, addrow(mul(A, V), c))
    return A, y


lr = 3.0
prev = float('inf')
for k in range(3000):
    A, y = forward(X)
    E = ezip(lambda p, q: p - q, y, t)
    J = sum(e[0] ** 2 for e in E) / (2 * n)
    if k % 300 == 0:
        print(k, J)
    if abs(prev - J) < 1e-9:
        print('converged after', k, 'rounds')
        break
    prev = J

    # backward
    dy = ezip(lambda e, p: e * p * (1 - p) / n, E, y)
    dV = mul(tr(A), dy)
    dc = colsum(dy)
    dA = ezip(lambda g, a: g * (1 - a * a), mul(dy, tr(V)), A)
    dW = mul(tr(X), dA)
    db = colsum(dA)

    step = lambda p, g: p - lr * g
    W = ezip(step, W, dW)
    V = ezip(step, V, dV)
    b = [step(p, g) for p, g in zip(b, db)]
    c = [step(p, g) for p, g in zip(c, dc)]

A, y = forward(X)
for i in range(5):
    print('predicted %6.1f   real %6.1f' % (1000 * y[i][0], 1000 * t[i][0]))
print('mean error (thousands): %.2f' % (1000 * sum(abs(p[0] - q[0]) for p, q in zip(y, t)) / n))
