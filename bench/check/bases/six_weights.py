import math, random

def sig(x):
    return 1 / (1 + math.exp(-x))

def dsig(x):
    s = sig(x)
    return s * (1 - s)

class TinyNet:
    # 2 inputs, 2 hidden neurons (h1, h2), 1 output
    def __init__(self):
        for name in ("w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"):
            setattr(self, name, random.gauss(0, 1))

    def fit(self, rows, lr=0.5, epochs=200):
        for ep in range(epochs):
            err, seen = 0, 0
            for x1, x2, y in rows:
                n1 = self.w1 * x1 + self.w2 * x2 + self.b1
                h1 = sig(n1)
                n2 = self.w3 * x1 + self.w4 * x2 + self.b2
                h2 = sig(n2)
                n3 = self.w5 * h1 + self.w6 * h2 + self.b3
                p = sig(n3)
                err += (y - p) ** 2

                dy = (y - p) * dsig(n3)
                d1 = dy * self.w5 * dsig(n1)
                d2 = dy * self.w6 * dsig(n2)

                self.w1 += lr * d1 * x1
                self.w2 += lr * d1 * x2
                self.b1 += lr * d1
                self.w3 += lr * d2 * x1
                self.w4 += lr * d2 * x2
                self.b2 += lr * d2
                self.w5 += lr * dy * h1
                self.w6 += lr * dy * h2
                self.b3 += lr * dy
                seen += 1
            if ep % 50 == 0:
                print("epoch", ep, "mse", err / seen)

random.seed(9)
# height and weight, already centred
rows = [(-2.0, -1.0, 1), (2.5, 0.6, 0), (1.7, 0.4, 0), (-1.5, -0.6, 1), (0.8, -0.9, 1), (-0.4, 1.1, 0)]
net = TinyNet()
net.fit(rows)
