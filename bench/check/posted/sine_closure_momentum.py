"""Fit sin(x) with one hidden layer, minibatch SGD + momentum."""
import numpy as np

rng = np.random.default_rng(0)
X = rng.uniform(-np.pi, np.pi, size=(200, 1))
y = np.sin(X) + 0.05 * rng.normal(size=X.shape)


def batches(X, y, size):
    idx = rng.permutation(len(X))
    for s in range(0, len(X), size):
        b = idx[s:s + size]
        yield X[b], y[b]


def make_model(n_hidden):
    params = [
        rng.normal(0, 1.0, (1, n_hidden)), np.zeros(n_hidden),
        rng.normal(0, 1.0 / np.sqrt(n_hidden), (n_hidden, 1)), np.zeros(1),
    ]

    def forward(x):
        W1, b1, W2, b2 = params
        h = np.tanh(x @ W1 + b1)
        return h, h @ W2 + b2

    def loss_and_grads(x, t):
        W1, b1, W2, b2 = params
        h, out = forward(x)
        diff = out - t
        loss = np.mean(diff ** 2)
        d_out = 2 * diff / diff.size
        gW2 = h.T @ d_out
        gb2 = d_out.sum(axis=0)
        d_h = (d_out @ W2.T) * (1 - h ** 2)
        gW1 = x.T @ d_h
        gb1 = d_h.sum(axis=0)
        return loss, [gW1, gb1, gW2, gb2]

    return params, forward, loss_and_grads


def momentum(params, lr, mu=0.9):
    vel = [np.zeros_like(p) for p in params]

    def step(grads):
        for p, v, g in zip(params, vel, grads):
            v *= mu
            v -= lr * g
            p += v

    return step


params, forward, loss_and_grads = make_model(20)
step = momentum(params, lr=0.02)

history = []
for epoch in range(300):
    epoch_loss = 0.0
    for xb, yb in batches(X, y, 20):
        loss, grads = loss_and_grads(xb, yb)
        step(grads)
        epoch_loss += loss * len(xb)
    history.append(epoch_loss / len(X))
    if epoch % 50 == 0:
        print(f"epoch {epoch:3d}: mse {history[-1]:.5f}")

xs = np.linspace(-3, 3, 7).reshape(-1, 1)
for a, b in zip(xs.ravel(), forward(xs)[1].ravel()):
    print(f"sin({a:+.1f}) = {np.sin(a):+.3f}   net: {b:+.3f}")
