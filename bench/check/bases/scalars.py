import math

# one input pair, two hidden neurons, two outputs
i1, i2 = 0.05, 0.10
t1, t2 = 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
b1, b2 = 0.35, 0.60
eta = 0.5


def logistic(x):
    return 1 / (1 + math.exp(-x))


for epoch in range(1000):
    h1 = logistic(w1 * i1 + w2 * i2 + b1)
    h2 = logistic(w3 * i1 + w4 * i2 + b1)
    o1 = logistic(w5 * h1 + w6 * h2 + b2)
    o2 = logistic(w7 * h1 + w8 * h2 + b2)
    E = 0.5 * (t1 - o1) ** 2 + 0.5 * (t2 - o2) ** 2

    d1 = (o1 - t1) * o1 * (1 - o1)
    d2 = (o2 - t2) * o2 * (1 - o2)
    g1 = (d1 * w5 + d2 * w7) * h1 * (1 - h1)
    g2 = (d1 * w6 + d2 * w8) * h2 * (1 - h2)

    w5 -= eta * d1 * h1
    w6 -= eta * d1 * h2
    w7 -= eta * d2 * h1
    w8 -= eta * d2 * h2
    b2 -= eta * (d1 + d2)
    w1 -= eta * g1 * i1
    w2 -= eta * g1 * i2
    w3 -= eta * g2 * i1
    w4 -= eta * g2 * i2
    b1 -= eta * (g1 + g2)
    if epoch % 100 == 0:
        print(epoch, E)
