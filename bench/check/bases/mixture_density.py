import numpy as np

# mixture density network, 2 components: y is not a function of x here (x = t + 0.3 sin(2 pi t), inverted)
rng = np.random.default_rng(1994)
t_all = rng.uniform(0, 1, (48, 1))
x_all = t_all + 0.3 * np.sin(2 * np.pi * t_all) + 0.03 * rng.normal(size=t_all.shape)
K, H = 2, 6
theta = {
    'W1': rng.normal(0, 2.0, (1, H)), 'b1': rng.normal(0, 1.0, H),
    'Wp': rng.normal(0, 0.3, (H, K)), 'bp': np.zeros(K),
    'Wm': rng.normal(0, 0.5, (H, K)), 'bm': np.array([0.3, 0.7]),
    'Ws': rng.normal(0, 0.2, (H, K)), 'bs': np.full(K, -1.0),
}


def mdn(x):
    pre = x @ theta['W1'] + theta['b1']
    h = np.tanh(pre)
    e = np.exp(h @ theta['Wp'] + theta['bp'])
    mix = e / e.sum(axis=1, keepdims=True)
    mu = h @ theta['Wm'] + theta['bm']
    sigma = np.exp(h @ theta['Ws'] + theta['bs'])
    return pre, h, mix, mu, sigma


for epoch in range(200):
    pre, h, mix, mu, sigma = mdn(x_all)
    dev = (t_all - mu) / sigma
    parts = mix * np.exp(-0.5 * dev ** 2) / (sigma * np.sqrt(2 * np.pi))
    total = parts.sum(axis=1, keepdims=True)
    loss = -np.log(total).mean()
    resp = parts / total

    N = len(x_all)
    d_logit = (mix - resp) / N
    d_mu = -resp * dev / sigma / N
    d_logsig = -resp * (dev ** 2 - 1) / N
    grads = {
        'Wp': h.T @ d_logit, 'bp': d_logit.sum(axis=0),
        'Wm': h.T @ d_mu, 'bm': d_mu.sum(axis=0),
        'Ws': h.T @ d_logsig, 'bs': d_logsig.sum(axis=0),
    }
    d_h = d_logit @ theta['Wp'].T + d_mu @ theta['Wm'].T + d_logsig @ theta['Ws'].T
    d_pre = d_h * (1 - h * h)
    grads['W1'] = x_all.T @ d_pre
    grads['b1'] = d_pre.sum(axis=0)
    for k in theta:
        theta[k] -= 0.1 * grads[k]
    if epoch % 40 == 0:
        print('%4d  %.4f' % (epoch, loss))
