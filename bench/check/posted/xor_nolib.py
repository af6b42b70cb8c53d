# XOR with a 2-4-1 network, no libraries except math/random.
# Wrote this to finally understand backprop, so everything is spelled out.
import math
import random

random.seed(11)

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
Y = [0, 1, 1, 0]

N_IN = 2
N_HID = 4
LR = 0.8
EPOCHS = 6000


def sigmoid(z):
    return 1.0 / (1.0 + math.exp(-z))


def dsigmoid(out):
    # careful: takes the OUTPUT of the sigmoid, not z
    return out * (1.0 - out)


# w_hid[j][i] goes from input i to hidden j, last entry is the bias
w_hid = []
for j in range(N_HID):
    w_hid.append([random.uniform(-1, 1) for i in range(N_IN + 1)])
w_out = [random.uniform(-1, 1) for j in range(N_HID + 1)]


def forward(x):
    h = []
    for j in range(N_HID):
        s = w_hid[j][N_IN]
        for i in range(N_IN):
            s += w_hid[j][i] * x[i]
        h.append(sigmoid(s))
    s = w_out[N_HID]
    for j in range(N_HID):
        s += w_out[j] * h[j]
    return h, sigmoid(s)


for epoch in range(EPOCHS):
    total = 0.0
    order = [0, 1, 2, 3]
    random.shuffle(order)
    for k in order:
        x = X[k]
        t = Y[k]
        h, o = forward(x)
        err = o - t
        total += 0.5 * err * err

        # output layer
        d_out = err * dsigmoid(o)

        # hidden layer (do this BEFORE touching w_out)
        d_hid = []
        for j in range(N_HID):
            d_hid.append(d_out * w_out[j] * dsigmoid(h[j]))

        # update
        for j in range(N_HID):
            w_out[j] -= LR * d_out * h[j]
        w_out[N_HID] -= LR * d_out
        for j in range(N_HID):
            for i in range(N_IN):
                w_hid[j][i] -= LR * d_hid[j] * x[i]
            w_hid[j][N_IN] -= LR * d_hid[j]

    if epoch % 1000 == 0:
        print("epoch %5d   error %.5f" % (epoch, total))

print("final error %.5f" % total)
print()
for x, t in zip(X, Y):
    h, o = forward(x)
    print(x, "->", round(o, 3), "(want", str(t) + ")")
