# fit a noisy curve, y = x^3 - x, 1-12-1 network, Nesterov momentum: gradients are taken where the momentum would lead
import numpy as np

np.random.seed(26)
xs = np.random.uniform(-1.3, 1.3, size=(50, 1))
ys = xs ** 3 - xs + np.random.normal(0, 0.05, size=(50, 1))

hidden = 12
w1, b1 = np.random.normal(0, 1.5, size=(1, hidden)), np.random.normal(0, 1, size=(1, hidden))
w2, b2 = np.random.normal(0, 0.3, size=(hidden, 1)), np.zeros((1, 1))
v1, c1 = np.zeros_like(w1), np.zeros_like(b1)
v2, c2 = np.zeros_like(w2), np.zeros_like(b2)
mom = 0.9
lr = 0.05


def gradient(w1, b1, w2, b2, x, y):
    sums = x @ w1 + b1
    hid = np.tanh(sums)
    out = hid @ w2 + b2
    cost = 0.5 * np.mean((out - y) ** 2)
    g_out = (out - y) / len(y)
    g_w2 = hid.T @ g_out
    g_b2 = g_out.sum(axis=0, keepdims=True)
    g_hid = g_out @ w2.T
    g_sum = (1 - hid ** 2) * g_hid
    g_w1 = x.T @ g_sum
    g_b1 = g_sum.sum(axis=0, keepdims=True)
    return cost, g_w1, g_b1, g_w2, g_b2


for epoch in range(200):
    ahead = (w1 + mom * v1, b1 + mom * c1, w2 + mom * v2, b2 + mom * c2)
    cost, g_w1, g_b1, g_w2, g_b2 = gradient(*ahead, xs, ys)
    v1 = mom * v1 - lr * g_w1
    c1 = mom * c1 - lr * g_b1
    v2 = mom * v2 - lr * g_w2
    c2 = mom * c2 - lr * g_b2
    w1 = w1 + v1
    b1 = b1 + c1
    w2 = w2 + v2
    b2 = b2 + c2
    if epoch % 40 == 0:
        print("epoch", epoch, "cost", cost)

print("f(0.5) =", gradient(w1, b1, w2, b2, np.array([[0.5]]), np.array([[0.0]]))[0] * 2, "should be about", 0.375 ** 2)
