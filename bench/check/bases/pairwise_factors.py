# Factorization machine: y = w0 + sum_i w_i x_i + sum_{i<j} <v_i, v_j> x_i x_j, click / no click, SGD
import numpy as np

rnd = np.random.RandomState(2010)
n, d, rank = 60, 7, 3
X = (rnd.rand(n, d) < 0.4).astype(float)
logit = 2.0 * X[:, 0] * X[:, 1] - 2.5 * X[:, 2] * X[:, 3] + X[:, 4] - 0.4
y = (rnd.rand(n) < 1 / (1 + np.exp(-logit))).astype(float)

w0 = np.zeros(1)
w = np.zeros(d)
V = rnd.normal(0, 0.3, (d, rank))
learning_rate, reg = 0.2, 0.01


def fm_score(x):
    s = x @ V                                   # (rank,)
    pairs = 0.5 * np.sum(s ** 2 - (x ** 2) @ (V ** 2))
    return w0 + w @ x + pairs, s


for epoch in range(8):
    log_loss = 0.0
    for i in rnd.permutation(n):
        x = X[i]
        score, s = fm_score(x)
        pred = 1 / (1 + np.exp(-score))
        loss = -(y[i] * np.log(pred) + (1 - y[i]) * np.log(1 - pred)).item()
        log_loss += loss / n
        penalty = reg / 2 * (np.sum(w ** 2) + np.sum(V ** 2))
        d_score = pred - y[i]
        d_w0 = d_score
        d_w = d_score * x + reg * w
        d_V = d_score * (np.outer(x, s) - V * (x ** 2)[:, None]) + reg * V
        w0 -= learning_rate * d_w0
        w -= learning_rate * d_w
        V -= learning_rate * d_V
    print("epoch %d: log loss %.4f (+ %.4f)" % (epoch, log_loss, penalty))

hits = sum((fm_score(x)[0].item() > 0) == bool(t) for x, t in zip(X, y))
print("right:", hits, "of", n)
