import numpy as np
np.random.seed(9)

# digits 0..9, 4x5
S = """
.##. ..#. .##. ###. #..# #### .##. #### .##. .##.
#..# .##. #..# ...# #..# #... #... ...# #..# #..#
#..# ..#. ..#. .##. #### ###. ###. ..#. .##. .###
#..# ..#. .#.. ...# ...# ...# #..# .#.. #..# ...#
.##. .### #### ###. ...# ###. .##. .#.. .##. .##.
"""
R = [l.split() for l in S.strip().split("\n")]
X = np.array([[1.0 if c == "#" else 0.0 for l in R for c in l[k]] for k in range(10)])

H = 10
W = np.random.randn(H, 20) * 0.3
b = np.zeros(H)
V = np.random.randn(10, H) * 0.3
c = np.zeros(10)
a = 0.1        # slope of leaky relu
r = 0.05

for e in range(2500):
    L = 0
    N = 0
    for k in np.random.permutation(10):
        x = X[k] + np.random.randn(20) * 0.2
        # forward
        z = W @ x + b
        h = np.where(z > 0, z, a * z)
        o = V @ h + c
        p = np.exp(o - o.max())
        p = p / p.sum()
        N += p.argmax() == k
        # backward
        d = p.copy()
        d[k] -= 1
        g = V.T @ d
        g = g * np.where(z > 0, 1, a)
        L += -np.log(p[k])
        # update
        V -= r * np.outer(d, h)
        c -= r * d
        W -= r * np.outer(g, x)
        b -= r * g
    if e % 250 == 0:
        print(e, "loss", L / 10, "right", N)
    r *= 0.999

# test with noise
t = 0
for i in range(500):
    k = np.random.randint(10)
    x = X[k] + np.random.randn(20) * 0.3
    z = W @ x + b
    t += (V @ np.where(z > 0, z, a * z) + c).argmax() == k
print("test", t / 500)
