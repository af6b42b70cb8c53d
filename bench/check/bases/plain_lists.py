import math
import random

random.seed(16)
N_IN, N_HID, N_OUT = 2, 3, 2


def dsigmoid(y):
    return y * (1.0 - y)


def matrix(rows, cols):
    return [[random.uniform(-1, 1) for _ in range(cols)] for _ in range(rows)]


w_in = matrix(N_IN, N_HID)
w_out = matrix(N_HID, N_OUT)
bias_h = [0.1] * N_HID
bias_o = [0.2] * N_OUT
patterns = [([0.1, 0.9], [1, 0]), ([0.8, 0.3], [0, 1]), ([0.4, 0.6], [1, 0]), ([0.9, 0.9], [0, 1])]
rate = 0.5

for epoch in range(200):
    error = 0.0
    for xs, ts in patterns:
        hid = []
        for j in range(N_HID):
            s = bias_h[j]
            for i in range(N_IN):
                s += xs[i] * w_in[i][j]
            hid.append(1 / (1 + math.exp(-s)))
        out = []
        for k in range(N_OUT):
            s = bias_o[k]
            for j in range(N_HID):
                s += hid[j] * w_out[j][k]
            out.append(1 / (1 + math.exp(-s)))
        out_delta = [0.0] * N_OUT
        for k in range(N_OUT):
            err = ts[k] - out[k]
            out_delta[k] = err * dsigmoid(out[k])
            error += 0.5 * err ** 2
        hid_delta = [0.0] * N_HID
        for j in range(N_HID):
            err = 0.0
            for k in range(N_OUT):
                err += out_delta[k] * w_out[j][k]
            hid_delta[j] = dsigmoid(hid[j]) * err
        for j in range(N_HID):
            for k in range(N_OUT):
                w_out[j][k] += rate * out_delta[k] * hid[j]
        for k in range(N_OUT):
            bias_o[k] += rate * out_delta[k]
        for i in range(N_IN):
            for j in range(N_HID):
                w_in[i][j] += rate * hid_delta[j] * xs[i]
        for j in range(N_HID):
            bias_h[j] += rate * hid_delta[j]
    if epoch % 50 == 0:
        print('error %-.5f' % error)
