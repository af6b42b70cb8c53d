"""
Fit a damped oscillation with a 1-20-20-1 network.

All weights live in ONE vector, the matrices are views into it, so the optimiser
is three lines and does not need to know anything about layers.
"""
import numpy as np

rs = np.random.RandomState(12)

ticks = np.arange(90)                      # one reading every 50 ms
signal = np.zeros(len(ticks))
for k in ticks:
    signal[k] = 2.4 * np.exp(-0.02 * k) * np.cos(0.16 * k) + 0.03 * rs.randn()

x = (ticks / 45.0 - 1.0)[:, None]
y = signal[:, None]

shapes = [(1, 20), (20,), (20, 20), (20,), (20, 1), (1,)]
count = sum(int(np.prod(s)) for s in shapes)


def views(vector):
    out, at = [], 0
    for s in shapes:
        size = int(np.prod(s))
        out.append(vector[at:at + size].reshape(s))
        at += size
    return out


theta = np.zeros(count)
grad = np.zeros(count)
W1, b1, W2, b2, W3, b3 = views(theta)
gW1, gb1, gW2, gb2, gW3, gb3 = views(grad)

W1[...] = rs.randn(1, 20) * 3
b1[...] = rs.uniform(-3, 3, 20)
W2[...] = rs.randn(20, 20) / np.sqrt(20)
W3[...] = rs.randn(20, 1) / np.sqrt(20)


def softplus(z):
    return np.logaddexp(0, z)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def loss_and_grad():
    n = len(x)
    h1 = np.tanh(np.einsum('ni,ij->nj', x, W1) + b1)
    z2 = np.einsum('ni,ij->nj', h1, W2) + b2
    h2 = softplus(z2)
    out = np.einsum('ni,ij->nj', h2, W3) + b3
    r = out - y

    d3 = 2 * r / n
    np.einsum('ni,nj->ij', h2, d3, out=gW3)
    np.einsum('nj->j', d3, out=gb3)
    d2 = np.einsum('nj,ij->ni', d3, W3) * logistic(z2)
    np.einsum('ni,nj->ij', h1, d2, out=gW2)
    np.einsum('nj->j', d2, out=gb2)
    d1 = np.einsum('nj,ij->ni', d2, W2) * (1 - h1 ** 2)
    np.einsum('ni,nj->ij', x, d1, out=gW1)
    np.einsum('nj->j', d1, out=gb1)
    return np.mean(r ** 2), out


m = np.zeros(count)
v = np.zeros(count)
lr = 0.005
for step in range(1, 9001):
    loss, out = loss_and_grad()
    m += 0.1 * (grad - m)
    v += 0.001 * (grad ** 2 - v)
    theta -= lr * (m / (1 - 0.9 ** step)) / (np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
    if step == 1 or step % 1000 == 0:
        print('%5d   mse %.5f' % (step, loss))

print('tick  measured  fitted')
for k in range(0, 90, 15):
    print('%4d  %8.3f  %6.3f' % (k, signal[k], out[k, 0]))
