#!/usr/bin/env python
# coding: utf-8

# # Dropout + RMSprop on a toy "which letter is it" problem
# (exported from a notebook)

# In[1]:
import numpy as np
rng = np.random.default_rng(2024)

# In[2]:
# 6x6 letters, flattened; every example gets flipped pixels
letters = {
    "A": "..##.. .#..#. #....# ###### #....# #....#",
    "C": ".##### #..... #..... #..... #..... .#####",
    "E": "###### #..... ####.. #..... #..... ######",
    "H": "#....# #....# ###### #....# #....# #....#",
    "L": "#..... #..... #..... #..... #..... ######",
    "T": "###### ..##.. ..##.. ..##.. ..##.. ..##..",
    "U": "#....# #....# #....# #....# #....# .####.",
    "X": "#....# .#..#. ..##.. ..##.. .#..#. #....#",
}
names = list(letters)
proto = np.array([[float(c == "#") for c in letters[k].replace(" ", "")] for k in names])

def make_set(n, flip=0.12):
    lab = rng.integers(0, len(names), n)
    img = proto[lab]
    mask = rng.random(img.shape) < flip
    return np.where(mask, 1 - img, img) - 0.5, lab

x_train, y_train = make_set(800)
x_test, y_test = make_set(300)
print(x_train.shape, x_test.shape)

# In[3]:
keep = 0.8
n_in, n_h1, n_h2, n_out = 36, 64, 32, len(names)

W1 = rng.standard_normal((n_in, n_h1)) * np.sqrt(2 / n_in)
W2 = rng.standard_normal((n_h1, n_h2)) * np.sqrt(2 / n_h1)
W3 = rng.standard_normal((n_h2, n_out)) * np.sqrt(1 / n_h2)
b1, b2, b3 = np.zeros(n_h1), np.zeros(n_h2), np.zeros(n_out)
theta = [W1, b1, W2, b2, W3, b3]
cache = [np.zeros_like(p) for p in theta]

# In[4]:
def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def forward(x, train):
    h1 = np.maximum(0, x @ W1 + b1)
    m1 = (rng.random(h1.shape) < keep) / keep if train else np.ones_like(h1)   # inverted dropout
    d1 = h1 * m1
    h2 = np.maximum(0, d1 @ W2 + b2)
    m2 = (rng.random(h2.shape) < keep) / keep if train else np.ones_like(h2)
    d2 = h2 * m2
    return h1, m1, d1, h2, m2, d2, softmax(d2 @ W3 + b3)

def backward(x, y, fw):
    h1, m1, d1, h2, m2, d2, p = fw
    g3 = p.copy()
    g3[np.arange(len(y)), y] -= 1
    g3 /= len(y)
    g2 = (g3 @ W3.T) * m2 * (h2 > 0)
    g1 = (g2 @ W2.T) * m1 * (h1 > 0)
    return [x.T @ g1, g1.sum(0), d1.T @ g2, g2.sum(0), d2.T @ g3, g3.sum(0)]

def evaluate(x, y):
    p = forward(x, train=False)[-1]
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean(), (p.argmax(1) == y).mean()

# In[5]:
lr, rho, eps, batch = 1e-3, 0.9, 1e-8, 32
history = [evaluate(x_train, y_train)]
for epoch in range(100):
    perm = rng.permutation(len(x_train))
    for s in range(0, len(perm), batch):
        xb, yb = x_train[perm[s:s + batch]], y_train[perm[s:s + batch]]
        grads = backward(xb, yb, forward(xb, train=True))
        for p, g, c in zip(theta, grads, cache):
            c[:] = rho * c + (1 - rho) * g ** 2
            p -= lr * g / (np.sqrt(c) + eps)
    history.append(evaluate(x_train, y_train))

# In[6]:
for e in range(0, 101, 20):
    print("epoch %3d  loss %.4f  acc %.3f" % (e, *history[e]))
print("test loss %.4f  acc %.3f" % evaluate(x_test, y_test))
