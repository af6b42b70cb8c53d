import numpy as np
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt

# 3 layer network: 2 -> 10 -> 10 -> 2, two moons, everything at module level
rnd = np.random.RandomState(8)
n = 150
th = rnd.uniform(0, np.pi, n)
upper = np.column_stack((np.cos(th), np.sin(th)))
lower = np.column_stack((1 - np.cos(th), 0.4 - np.sin(th)))
X = np.concatenate((upper, lower)) + rnd.normal(scale=0.15, size=(2 * n, 2))
T = np.zeros((2 * n, 2))
T[:n, 0] = 1
T[n:, 1] = 1

h = 10
w1 = rnd.normal(scale=0.7, size=(2, h))
w2 = rnd.normal(scale=0.4, size=(h, h))
w3 = rnd.normal(scale=0.4, size=(h, 2))
c1 = np.zeros(h)
c2 = np.zeros(h)
c3 = np.zeros(2)

eta = 0.5
losses = []
for k in range(1500):
    a1 = np.tanh(X @ w1 + c1)
    a2 = np.tanh(a1 @ w2 + c2)
    s = a2 @ w3 + c3
    s = s - s.max(1, keepdims=True)
    p = np.exp(s)
    p = p / p.sum(1, keepdims=True)

    loss = -(T * np.log(p)).sum() / len(X)
    losses.append(loss)

    d3 = (p - T) / len(X)
    d2 = (d3 @ w3.T) * (1 - a2 * a2)
    d1 = (d2 @ w2.T) * (1 - a1 * a1)

    gw3, gc3 = a2.T @ d3, d3.sum(0)
    gw2, gc2 = a1.T @ d2, d2.sum(0)
    gw1, gc1 = X.T @ d1, d1.sum(0)

    w3 = w3 - eta * gw3
    c3 = c3 - eta * gc3
    w2 = w2 - eta * gw2
    c2 = c2 - eta * gc2
    w1 = w1 - eta * gw1
    c1 = c1 - eta * gc1

    if k % 250 == 0:
        print(k, loss)

print('accuracy', (p.argmax(1) == T.argmax(1)).mean())

fig, ax = plt.subplots(1, 2, figsize=(8, 3))
ax[0].plot(losses)
ax[0].set_title('loss')
ax[1].scatter(X[:, 0], X[:, 1], c=p.argmax(1), s=8)
plt.savefig('moons.png')
