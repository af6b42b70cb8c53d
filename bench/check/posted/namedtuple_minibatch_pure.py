# minibatch training without numpy: samples are namedtuples
from collections import namedtuple
from math import exp, log, tanh, cos, sin, pi
import random

Sample = namedtuple("Sample", "x label")
random.seed(99)


def make_data(n):
    out = []
    for i in range(n):
        label = i % 2
        angle = random.random() * 2 * pi
        radius = (0.6 if label == 0 else 1.5) + random.gauss(0, 0.15)
        out.append(Sample((radius * cos(angle), radius * sin(angle)), label))
    random.shuffle(out)
    return out


train, valid = make_data(120), make_data(40)

H = 6
w1 = [[random.gauss(0, 1) for _ in range(2)] for _ in range(H)]
b1 = [0.0 for _ in range(H)]
w2 = [random.gauss(0, 1) for _ in range(H)]
b2 = [0.0]            # list so that functions can change it


def forward(x):
    hid = [tanh(w1[j][0] * x[0] + w1[j][1] * x[1] + b1[j]) for j in range(H)]
    z = sum(w * a for w, a in zip(w2, hid)) + b2[0]
    return hid, 1 / (1 + exp(-z))


def logloss(samples):
    total = 0
    for s in samples:
        p = min(max(forward(s.x)[1], 1e-9), 1 - 1e-9)
        total -= s.label * log(p) + (1 - s.label) * log(1 - p)
    return total / len(samples)


def accuracy(samples):
    return sum((forward(s.x)[1] > 0.5) == bool(s.label) for s in samples) / len(samples)


def gradients(batch):
    dw1 = [[0.0, 0.0] for _ in range(H)]
    db1 = [0.0] * H
    dw2 = [0.0] * H
    db2 = 0.0
    n = len(batch)
    for s in batch:
        hid, p = forward(s.x)
        dz = (p - s.label) / n
        db2 += dz
        for j, a in enumerate(hid):
            dw2[j] += dz * a
            da = dz * w2[j] * (1 - a * a)
            db1[j] += da
            for i in (0, 1):
                dw1[j][i] += da * s.x[i]
    return dw1, db1, dw2, db2


lr = 0.5
decay = 0.99
batch_size = 12
for epoch in range(120):
    random.shuffle(train)
    for start in range(0, len(train), batch_size):
        dw1, db1, dw2, db2 = gradients(train[start:start + batch_size])
        for j in range(H):
            w2[j] -= lr * dw2[j]
            b1[j] -= lr * db1[j]
            for i in (0, 1):
                w1[j][i] -= lr * dw1[j][i]
        b2[0] -= lr * db2
    lr *= decay
    if epoch % 20 == 0:
        print("epoch", epoch, "train", round(logloss(train), 4), "valid", round(logloss(valid), 4),
              "acc", accuracy(valid))
print("final accuracy:", accuracy(valid))
