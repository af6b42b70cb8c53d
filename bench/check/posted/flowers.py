"""Classify three kinds of flowers from 4 measurements. No numpy allowed in this homework :("""
import random
from math import exp, log

random.seed(42)

# made-up averages in cm: sepal length, sepal width, petal length, petal width
KINDS = {
    "white": (5.0, 3.4, 1.5, 0.3),
    "pink": (5.9, 2.8, 4.3, 1.3),
    "blue": (6.6, 3.0, 5.6, 2.0),
}
NAMES = list(KINDS)

data = []
for label, name in enumerate(NAMES):
    for _ in range(50):
        data.append(([random.gauss(mu, 0.4) for mu in KINDS[name]], label))

# standardize every column
for c in range(4):
    col = [row[0][c] for row in data]
    mean = sum(col) / len(col)
    std = (sum((v - mean) ** 2 for v in col) / len(col)) ** 0.5
    for row in data:
        row[0][c] = (row[0][c] - mean) / std

random.shuffle(data)
train_set, test_set = data[:120], data[120:]

N_IN, N_HID, N_OUT = 4, 6, 3


def make_weights(rows, cols):
    return [[random.uniform(-0.5, 0.5) for _ in range(cols)] for _ in range(rows)]


w_hid = make_weights(N_HID, N_IN + 1)    # last one in each row is the bias
w_out = make_weights(N_OUT, N_HID + 1)


def dot(ws, xs):
    return sum(w * x for w, x in zip(ws, xs)) + ws[-1]


def relu(v):
    return v if v > 0 else 0.01 * v


def forward(x):
    hidden = [relu(dot(ws, x)) for ws in w_hid]
    scores = [dot(ws, hidden) for ws in w_out]
    top = max(scores)
    exps = [exp(s - top) for s in scores]
    total = sum(exps)
    return hidden, [e / total for e in exps]


def backward(x, hidden, probs, label, lr):
    d_out = [probs[k] - (1 if k == label else 0) for k in range(N_OUT)]
    d_hid = []
    for j in range(N_HID):
        back = sum(d_out[k] * w_out[k][j] for k in range(N_OUT))
        d_hid.append(back * (1 if hidden[j] > 0 else 0.01))

    for k in range(N_OUT):
        for j in range(N_HID):
            w_out[k][j] -= lr * d_out[k] * hidden[j]
        w_out[k][-1] -= lr * d_out[k]
    for j in range(N_HID):
        for i in range(N_IN):
            w_hid[j][i] -= lr * d_hid[j] * x[i]
        w_hid[j][-1] -= lr * d_hid[j]


def accuracy(rows):
    good = 0
    for x, label in rows:
        _, probs = forward(x)
        if probs.index(max(probs)) == label:
            good += 1
    return good / len(rows)


for epoch in range(1, 801):
    random.shuffle(train_set)
    loss = 0.0
    for x, label in train_set:
        hidden, probs = forward(x)
        loss += -log(probs[label] + 1e-12)
        backward(x, hidden, probs, label, 0.004)
    if epoch % 80 == 0:
        print(f"epoch {epoch:3d}: loss {loss / len(train_set):.4f}, accuracy {accuracy(train_set):.3f}")

print("on flowers it has never seen:", accuracy(test_set))
