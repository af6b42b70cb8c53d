"""Multi-label tagging, gradients accumulated over small pieces of the data, then one step with a decaying rate."""
import numpy as np

gen = np.random.default_rng(909)
docs = gen.random((36, 8)) - 0.5
tags = (docs @ gen.normal(size=(8, 4)) > 0.1).astype(np.float64)

A = gen.normal(scale=0.5, size=(8, 10))
a0 = np.zeros(10)
B = gen.normal(scale=0.5, size=(10, 4))
b0 = np.zeros(4)
pieces = 3
size = len(docs) // pieces
rate0, weight_decay = 1.0, 1e-4

for it in range(120):
    gA, ga, gB, gb = np.zeros_like(A), np.zeros_like(a0), np.zeros_like(B), np.zeros_like(b0)
    loss = 0.0
    for k in range(pieces):
        x = docs[k * size:(k + 1) * size]
        y = tags[k * size:(k + 1) * size]
        hid = np.tanh(np.einsum('ni,ij->nj', x, A) + a0)
        prob = 1 / (1 + np.exp(-(np.einsum('nj,jk->nk', hid, B) + b0)))
        loss -= np.sum(y * np.log(prob) + (1 - y) * np.log(1 - prob)) / len(docs)

        d_prob = (prob - y) / len(docs)
        gB += np.einsum('nj,nk->jk', hid, d_prob)
        gb += d_prob.sum(axis=0)
        d_hid = np.einsum('nk,jk->nj', d_prob, B)
        d_pre = d_hid * (1 - hid * hid)
        gA += np.einsum('ni,nj->ij', x, d_pre)
        ga += d_pre.sum(axis=0)
    rate = rate0 / (1 + 0.01 * it)
    A -= rate * (gA + weight_decay * A)
    a0 -= rate * ga
    B -= rate * (gB + weight_decay * B)
    b0 -= rate * gb
    if it % 30 == 0:
        print("iteration", it, "loss", loss + 0.5 * weight_decay * ((A ** 2).sum() + (B ** 2).sum()))
