import numpy as np

# LSTM with a coupled gate: what is forgotten is replaced, c = f * c_prev + (1 - f) * k. Many to one.
np.random.seed(41)
B, T, D, H = 12, 5, 2, 4


def sigmoid(x):
    return 1. / (1. + np.exp(-x))


def lstm_step_forward(xt, h_prev, c_prev, p):
    xh = np.hstack([xt, h_prev])
    f = sigmoid(xh @ p['Wf'] + p['bf'])
    o = sigmoid(xh @ p['Wo'] + p['bo'])
    k = np.tanh(xh @ p['Wk'] + p['bk'])
    c = f * c_prev + (1 - f) * k
    tc = np.tanh(c)
    return o * tc, c, (xh, f, o, k, tc, c_prev)


def lstm_step_backward(dh, dc, cache, p, grads):
    xh, f, o, k, tc, c_prev = cache
    do = dh * tc
    dc = dc + dh * o * (1 - tc ** 2)
    df = dc * (c_prev - k)
    dk = dc * (1 - f)
    daf = df * f * (1 - f)
    dao = do * o * (1 - o)
    dak = dk * (1 - k ** 2)
    for gate, da in (('f', daf), ('o', dao), ('k', dak)):
        grads['W' + gate] += xh.T @ da
        grads['b' + gate] += da.sum(axis=0)
    dxh = daf @ p['Wf'].T + dao @ p['Wo'].T + dak @ p['Wk'].T
    return dxh[:, D:], dc * f


p = {}
for gate in 'fok':
    p['W' + gate] = np.random.uniform(-0.6, 0.6, (D + H, H))
    p['b' + gate] = np.zeros(H)
p['V'] = np.random.uniform(-0.6, 0.6, (H, 1))
p['v'] = np.zeros(1)

X = np.random.randn(B, T, D)
y = (X[:, :, 0].max(axis=1) > 1.2)[:, None] * 1.0
lr = 0.4
for epoch in range(200):
    h, c, caches = np.zeros((B, H)), np.zeros((B, H)), []
    for t in range(T):
        h, c, cache = lstm_step_forward(X[:, t, :], h, c, p)
        caches.append(cache)
    prob = sigmoid(h @ p['V'] + p['v'])
    loss = -np.mean(y * np.log(prob) + (1 - y) * np.log(1 - prob))

    grads = {name: np.zeros_like(value) for name, value in p.items()}
    dlogit = (prob - y) / B
    grads['V'] += h.T @ dlogit
    grads['v'] += dlogit.sum(axis=0)
    dh, dc = dlogit @ p['V'].T, np.zeros((B, H))
    for cache in reversed(caches):
        dh, dc = lstm_step_backward(dh, dc, cache, p, grads)
    for name in p:
        p[name] -= lr * grads[name]
    if epoch % 40 == 0:
        print(epoch, 'loss', loss, 'accuracy', np.mean((prob > 0.5) == y))
