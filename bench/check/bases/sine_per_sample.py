import numpy as np
from math import pi

# 1-10-1 network, learns y = sin(x), one point after the other
np.random.seed(8)
n = 10
w = np.random.uniform(-1, 1, n)
b = np.random.uniform(-1, 1, n)
v = np.random.uniform(-0.5, 0.5, n)
c = np.zeros(1)
r = 0.05

x = np.linspace(-pi, pi, 25)
y = np.sin(x)


def f(s):
    return 1 / (1 + np.exp(-s))


def df(s):
    return f(s) * (1 - f(s))


for e in range(60):
    E = 0
    for k in np.random.permutation(len(x)):
        s, t = x[k], y[k]
        # forward
        a = w * s + b
        h = f(a)
        p = np.dot(v, h) + c
        # error
        l = 0.5 * (t - p) ** 2
        E += l.item()
        # backward
        dp = -(t - p)
        dv = dp * h
        dc = dp
        dh = dp * v
        da = dh * df(a)
        dw = da * s
        db = da
        # update
        w -= r * dw
        b -= r * db
        v -= r * dv
        c -= r * dc
    if e % 10 == 0:
        print(e, E / len(x))

print('sin(1) =', np.sin(1.0), 'net:', (np.dot(v, f(w * 1.0 + b)) + c)[0])
