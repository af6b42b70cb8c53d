# How many customers per hour? Counts are Poisson, so the network gives log(rate) and we minimise the negative log-likelihood.
import numpy as np

rng = np.random.RandomState(1898)
clock = rng.uniform(8, 20, 60)
weekend = rng.randint(0, 2, 60)
hours = np.stack([np.sin(clock / 4), np.cos(clock / 4), weekend], axis=1)
true_rate = np.exp(1 + 0.8 * np.sin(clock / 3) * (1 - 0.5 * weekend))
counts = rng.poisson(true_rate)[:, None]

A = rng.normal(0, 0.5, (3, 7))
a = np.zeros((1, 7))
B = rng.normal(0, 0.3, (7, 1))
c = np.array([[np.log(counts.mean())]])
lr = 0.05
decay = 0.01

for epoch in range(250):
    net = np.dot(hours, A) + a
    hid = np.log1p(np.exp(net))
    eta = np.dot(hid, B) + c
    rate = np.exp(eta)
    nll = np.mean(rate - counts * eta) + decay / 2 * (np.sum(A ** 2) + np.sum(B ** 2))

    d_eta = (rate - counts) / len(counts)
    d_hid = np.dot(d_eta, B.T)
    d_net = d_hid / (1 + np.exp(-net))
    grad_B = np.dot(hid.T, d_eta) + decay * B
    grad_c = d_eta.sum(axis=0, keepdims=True)
    grad_A = np.dot(hours.T, d_net) + decay * A
    grad_a = d_net.sum(axis=0, keepdims=True)

    B -= lr * grad_B
    c -= lr * grad_c
    A -= lr * grad_A
    a -= lr * grad_a
    if epoch % 50 == 0:
        print("epoch", epoch, "nll", round(nll, 4), "mean rate", round(rate.mean(), 3))
