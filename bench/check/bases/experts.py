import numpy as np

# mixture of experts: a softmax gate decides how much each small network has to say
np.random.seed(1991)
n, M, H = 50, 3, 4
x = np.random.uniform(-2, 2, (n, 1))
y = np.where(x < -0.7, -x - 1.5, np.where(x < 0.7, np.sin(3 * x), 0.8))

experts = []
for _ in range(M):
    experts.append({'U': np.random.randn(1, H), 'u': np.random.randn(H), 'V': np.random.randn(H, 1) * 0.5, 'v': np.zeros(1)})
gate = {'G': np.random.randn(1, M) * 0.5, 'g': np.zeros(M)}


def combine(x):
    tape = []
    for e in experts:
        h = np.tanh(x @ e['U'] + e['u'])
        tape.append((h, h @ e['V'] + e['v']))
    pi = np.exp(x @ gate['G'] + gate['g'])
    pi /= np.sum(pi, axis=1, keepdims=True)
    outs = np.hstack([out for _, out in tape])
    return tape, pi, outs, np.sum(pi * outs, axis=1, keepdims=True)


rate = 0.2
for it in range(300):
    tape, pi, outs, y_hat = combine(x)
    err = y_hat - y
    cost = np.mean(err ** 2)

    d_hat = 2 * err / n
    d_pi = d_hat * outs
    d_gate = pi * (d_pi - np.sum(pi * d_pi, axis=1, keepdims=True))
    updates = []
    for k, (h, out) in enumerate(tape):
        d_out = d_hat * pi[:, k:k + 1]
        d_a = d_out @ experts[k]['V'].T * (1 - h ** 2)
        updates.append({'U': x.T @ d_a, 'u': d_a.sum(axis=0), 'V': h.T @ d_out, 'v': d_out.sum(axis=0)})
    for e, update in zip(experts, updates):
        for name in e:
            e[name] -= rate * update[name]
    gate['G'] -= rate * x.T @ d_gate
    gate['g'] -= rate * d_gate.sum(axis=0)
    if it % 60 == 0:
        print(it, 'mse', cost, 'share of the experts', pi.mean(axis=0).round(2))
