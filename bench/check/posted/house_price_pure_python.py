# predict house price (in 100k) from size, rooms, age -- pure python, batch gradient descent
import random

random.seed(1)

houses = [
    # sqm, rooms, age, price
    (50, 2, 30, 1.2), (65, 3, 25, 1.6), (80, 3, 20, 2.1), (95, 4, 15, 2.7),
    (120, 5, 10, 3.6), (70, 3, 40, 1.5), (85, 4, 35, 1.9), (100, 4, 5, 3.2),
    (140, 6, 8, 4.2), (55, 2, 12, 1.6), (60, 2, 50, 1.0), (110, 5, 22, 2.9),
    (75, 3, 3, 2.4), (130, 5, 30, 3.1), (90, 3, 18, 2.4), (150, 6, 2, 4.8),
]

cols = list(zip(*houses))
lo = [min(c) for c in cols[:3]]
hi = [max(c) for c in cols[:3]]
X = [[(h[i] - lo[i]) / (hi[i] - lo[i]) for i in range(3)] for h in houses]
Y = [h[3] for h in houses]

HIDDEN = 5
W = [[random.gauss(0, 0.7) for _ in range(3)] for _ in range(HIDDEN)]
B = [0.1] * HIDDEN
V = [random.gauss(0, 0.7) for _ in range(HIDDEN)]
C = 0.0
LR = 0.05
n = len(X)


def relu(z):
    return z if z > 0 else 0.0


def predict(x):
    h = [relu(sum(W[j][i] * x[i] for i in range(3)) + B[j]) for j in range(HIDDEN)]
    return h, sum(V[j] * h[j] for j in range(HIDDEN)) + C


for epoch in range(2001):
    gW = [[0.0] * 3 for _ in range(HIDDEN)]
    gB = [0.0] * HIDDEN
    gV = [0.0] * HIDDEN
    gC = 0.0
    mse = 0.0
    for x, y in zip(X, Y):
        h, out = predict(x)
        e = out - y
        mse += e * e / n
        d = 2 * e / n
        gC += d
        for j in range(HIDDEN):
            gV[j] += d * h[j]
            if h[j] > 0:
                dh = d * V[j]
                gB[j] += dh
                for i in range(3):
                    gW[j][i] += dh * x[i]
    C -= LR * gC
    for j in range(HIDDEN):
        V[j] -= LR * gV[j]
        B[j] -= LR * gB[j]
        for i in range(3):
            W[j][i] -= LR * gW[j][i]
    if epoch % 400 == 0:
        print("epoch %4d   mse %.4f" % (epoch, mse))

for x, y in list(zip(X, Y))[:5]:
    print("price %.2f  predicted %.2f" % (y, predict(x)[1]))
