import numpy as np


def logistic(v):
    return 1 / (1 + np.exp(-v))


def init(width):
    return dict(wc=rng.normal(0, 0.6, (width, width)), bc=np.zeros(width),
                wg=rng.normal(0, 0.6, (width, width)), bg=np.full(width, -1.0))


def run(x):
    """highway layers: gate * candidate + (1 - gate) * input"""
    tape = []
    for layer in layers:
        cand = np.tanh(x @ layer['wc'] + layer['bc'])
        gate = logistic(x @ layer['wg'] + layer['bg'])
        tape.append((x, cand, gate))
        x = gate * cand + (1 - gate) * x
    return x, tape


def rewind(d, tape):
    grads = []
    for layer, (x, cand, gate) in zip(layers[::-1], tape[::-1]):
        d_cand = d * gate
        d_gate = d * (cand - x)
        d_pre_cand = d_cand * (1 - cand ** 2)
        d_pre_gate = d_gate * gate * (1 - gate)
        grads.append(dict(wc=x.T @ d_pre_cand, bc=d_pre_cand.sum(axis=0),
                          wg=x.T @ d_pre_gate, bg=d_pre_gate.sum(axis=0)))
        d = d * (1 - gate) + d_pre_cand @ layer['wc'].T + d_pre_gate @ layer['wg'].T
    return grads[::-1]


rng = np.random.default_rng(515)
width, n = 5, 48
x0 = rng.normal(size=(n, width))
y = (x0[:, :1] * x0[:, 1:2] + 0.3 * x0[:, 2:3] > 0) * 1.0
layers = [init(width) for _ in range(3)]
out_w, out_b = rng.normal(0, 0.4, (width, 1)), np.zeros(1)
learning_rate = 0.8

for epoch in range(200):
    top, tape = run(x0)
    prob = logistic(top @ out_w + out_b)
    loss = -np.mean(np.where(y > 0.5, np.log(prob), np.log(1 - prob)))

    d_score = (prob - y) / n
    grads = rewind(d_score @ out_w.T, tape)
    out_w -= learning_rate * top.T @ d_score
    out_b -= learning_rate * d_score.sum(axis=0)
    for layer, grad in zip(layers, grads):
        for name in layer:
            layer[name] -= learning_rate * grad[name]
    if epoch % 40 == 0:
        print(epoch, loss)
