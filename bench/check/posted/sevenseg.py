#!/usr/bin/env python3
# digit recognition on 5x3 bitmaps, plain python.
# I write C for a living so please forgive the style :)

import math
import random

N_IN = 15
N_HID = 12
N_OUT = 10
LEARNING_RATE = 0.2
MAX_EPOCH = 600

DIGITS = [
    "111101101101111",
    "010110010010111",
    "111001111100111",
    "111001111001111",
    "101101111001001",
    "111100111001111",
    "111100111101111",
    "111001001001001",
    "111101111101111",
    "111101111001111",
]

random.seed(123)

w_ih = [[random.uniform(-0.3, 0.3) for j in range(N_HID)] for i in range(N_IN)]
w_ho = [[random.uniform(-0.3, 0.3) for k in range(N_OUT)] for j in range(N_HID)]
b_h = [0.0] * N_HID
b_o = [0.0] * N_OUT

# work buffers
x = [0.0] * N_IN
h = [0.0] * N_HID
o = [0.0] * N_OUT
d_o = [0.0] * N_OUT
d_h = [0.0] * N_HID


def load_pattern(n, noise):
    for i in range(N_IN):
        x[i] = float(DIGITS[n][i])
        if random.random() < noise:
            x[i] = 1.0 - x[i]


def forward():
    for j in range(N_HID):
        s = b_h[j]
        for i in range(N_IN):
            s += x[i] * w_ih[i][j]
        h[j] = 1.0 / (1.0 + math.exp(-s))
    mx = -1e30
    for k in range(N_OUT):
        s = b_o[k]
        for j in range(N_HID):
            s += h[j] * w_ho[j][k]
        o[k] = s
        if s > mx:
            mx = s
    total = 0.0
    for k in range(N_OUT):
        o[k] = math.exp(o[k] - mx)
        total += o[k]
    for k in range(N_OUT):
        o[k] /= total


def compute_output_deltas(target):
    for k in range(N_OUT):
        d_o[k] = o[k] - (1.0 if k == target else 0.0)


def compute_hidden_deltas():
    for j in range(N_HID):
        s = 0.0
        for k in range(N_OUT):
            s += d_o[k] * w_ho[j][k]
        d_h[j] = s * h[j] * (1.0 - h[j])


def update_hidden_output():
    for k in range(N_OUT):
        for j in range(N_HID):
            w_ho[j][k] -= LEARNING_RATE * d_o[k] * h[j]
        b_o[k] -= LEARNING_RATE * d_o[k]


def update_input_hidden():
    for j in range(N_HID):
        for i in range(N_IN):
            w_ih[i][j] -= LEARNING_RATE * d_h[j] * x[i]
        b_h[j] -= LEARNING_RATE * d_h[j]


def main():
    order = list(range(10)) * 4
    for epoch in range(MAX_EPOCH):
        random.shuffle(order)
        err = 0.0
        for n in order:
            load_pattern(n, 0.02)
            forward()
            err += -math.log(o[n] + 1e-12)
            compute_output_deltas(n)
            compute_hidden_deltas()
            update_hidden_output()
            update_input_hidden()
        if epoch % 60 == 0:
            print("epoch %3d  error %.5f" % (epoch, err / len(order)))

    good = 0
    for n in range(10):
        load_pattern(n, 0.0)
        forward()
        best = o.index(max(o))
        print("digit %d -> %d (%.2f)" % (n, best, o[best]))
        if best == n:
            good += 1
    print("%d of 10 correct" % good)


main()
