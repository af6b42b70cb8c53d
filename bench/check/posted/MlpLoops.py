import math
import random

# Ported from my C++ class. Everything is a plain list, on purpose.


class Mlp:
    def __init__(self, nIn, nHid, nOut, seed):
        rng = random.Random(seed)
        self.nIn = nIn
        self.nHid = nHid
        self.nOut = nOut
        self.w1 = [[rng.gauss(0.0, 0.5) for i in range(nIn)] for j in range(nHid)]
        self.b1 = [0.0 for j in range(nHid)]
        self.w2 = [[rng.gauss(0.0, 0.5) for j in range(nHid)] for k in range(nOut)]
        self.b2 = [0.0 for k in range(nOut)]
        self.hid = [0.0] * nHid
        self.out = [0.0] * nOut
        self.zeroGrad()

    def zeroGrad(self):
        self.gw1 = [[0.0] * self.nIn for j in range(self.nHid)]
        self.gb1 = [0.0] * self.nHid
        self.gw2 = [[0.0] * self.nHid for k in range(self.nOut)]
        self.gb2 = [0.0] * self.nOut

    def forward(self, x):
        for j in range(self.nHid):
            s = self.b1[j]
            for i in range(self.nIn):
                s += self.w1[j][i] * x[i]
            self.hid[j] = math.tanh(s)
        big = -1e30
        for k in range(self.nOut):
            s = self.b2[k]
            for j in range(self.nHid):
                s += self.w2[k][j] * self.hid[j]
            self.out[k] = s
            if s > big:
                big = s
        total = 0.0
        for k in range(self.nOut):
            self.out[k] = math.exp(self.out[k] - big)
            total += self.out[k]
        for k in range(self.nOut):
            self.out[k] /= total
        return self.out

    def backward(self, x, label):
        dOut = [0.0] * self.nOut
        for k in range(self.nOut):
            dOut[k] = self.out[k]
            if k == label:
                dOut[k] -= 1.0
        for k in range(self.nOut):
            for j in range(self.nHid):
                self.gw2[k][j] += dOut[k] * self.hid[j]
            self.gb2[k] += dOut[k]
        for j in range(self.nHid):
            s = 0.0
            for k in range(self.nOut):
                s += dOut[k] * self.w2[k][j]
            dz = s * (1.0 - self.hid[j] * self.hid[j])
            for i in range(self.nIn):
                self.gw1[j][i] += dz * x[i]
            self.gb1[j] += dz

    def step(self, lr, n):
        for j in range(self.nHid):
            for i in range(self.nIn):
                self.w1[j][i] -= lr * self.gw1[j][i] / n
            self.b1[j] -= lr * self.gb1[j] / n
        for k in range(self.nOut):
            for j in range(self.nHid):
                self.w2[k][j] -= lr * self.gw2[k][j] / n
            self.b2[k] -= lr * self.gb2[k] / n


def makeData(count, seed):
    rng = random.Random(seed)
    data = []
    for n in range(count):
        label = n % 3
        r = rng.random()
        t = 2.1 * label + 2.4 * r + rng.gauss(0.0, 0.1)
        data.append(([2.0 * r * math.cos(t), 2.0 * r * math.sin(t)], label))
    return data


def main():
    train = makeData(180, 1)
    test = makeData(90, 2)
    net = Mlp(2, 12, 3, 7)
    batch = 15
    rng = random.Random(5)
    for epoch in range(200):
        rng.shuffle(train)
        loss = 0.0
        for start in range(0, len(train), batch):
            net.zeroGrad()
            for idx in range(start, start + batch):
                x, label = train[idx]
                p = net.forward(x)
                loss += -math.log(p[label] + 1e-12)
                net.backward(x, label)
            net.step(0.3, batch)
        if epoch % 25 == 0 or epoch == 199:
            print("epoch %3d  loss %.4f" % (epoch, loss / len(train)))
    hits = 0
    for x, label in test:
        p = net.forward(x)
        if p.index(max(p)) == label:
            hits += 1
    print("test accuracy %.3f" % (hits / len(test)))


if __name__ == "__main__":
    main()
