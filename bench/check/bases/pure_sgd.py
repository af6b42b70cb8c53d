# no numpy: 2 inputs, softplus hidden layer, 2 outputs with softmax; one sample at a time
import math
import random

random.seed(64)
N_IN, N_HID, N_OUT = 2, 5, 2
points = [(random.gauss(0, 1), random.gauss(0, 1)) for _ in range(30)]
dataset = [(p, 1 if p[0] * p[0] + p[1] * p[1] > 1.5 else 0) for p in points]

v = [[random.gauss(0, 0.8) for i in range(N_IN)] for j in range(N_HID)]
v0 = [0.1 for j in range(N_HID)]
w = [[random.gauss(0, 0.8) for j in range(N_HID)] for k in range(N_OUT)]
w0 = [0.0 for k in range(N_OUT)]
eta = 0.1


def forward(x):
    net, hid, out = [], [], []
    for j in range(N_HID):
        s = v0[j]
        for i in range(N_IN):
            s += v[j][i] * x[i]
        net.append(s)
        hid.append(math.log(1 + math.exp(s)))
    for k in range(N_OUT):
        out.append(w0[k] + sum(w[k][j] * hid[j] for j in range(N_HID)))
    top = max(out)
    e = [math.exp(o - top) for o in out]
    return net, hid, [value / sum(e) for value in e]


for epoch in range(12):
    loss = 0.0
    for x, label in dataset:
        net, hid, prob = forward(x)
        loss -= math.log(prob[label])
        d_out = [prob[k] - (1.0 if k == label else 0.0) for k in range(N_OUT)]
        d_hid = [0.0] * N_HID
        for j in range(N_HID):
            for k in range(N_OUT):
                d_hid[j] += w[k][j] * d_out[k]
            d_hid[j] *= 1 / (1 + math.exp(-net[j]))
        for k in range(N_OUT):
            for j in range(N_HID):
                w[k][j] -= eta * d_out[k] * hid[j]
            w0[k] -= eta * d_out[k]
        for j in range(N_HID):
            for i in range(N_IN):
                v[j][i] -= eta * d_hid[j] * x[i]
            v0[j] -= eta * d_hid[j]
    print(epoch, loss / len(dataset))
