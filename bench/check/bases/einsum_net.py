import numpy as np

rng = np.random.default_rng(19)
x = rng.normal(size=(12, 5))
t = np.sin(x[:, :2])
params = {'A': rng.normal(size=(5, 7)) * 0.3, 'a': np.zeros(7), 'C': rng.normal(size=(7, 2)) * 0.3, 'c': np.zeros(2)}


def forward(p):
    z = np.einsum('ni,ih->nh', x, p['A']) + p['a']
    h = np.log1p(np.exp(z))
    return z, h, np.einsum('nh,ho->no', h, p['C']) + p['c']


for k in range(200):
    z, h, y = forward(params)
    mse = ((y - t) ** 2).mean()
    gy = 2.0 * (y - t) / y.size
    gh = np.einsum('no,ho->nh', gy, params['C'])
    gz = gh / (1.0 + np.exp(-z))
    grad = {
        'C': np.einsum('nh,no->ho', h, gy),
        'c': np.einsum('no->o', gy),
        'A': np.einsum('ni,nh->ih', x, gz),
        'a': gz.sum(0),
    }
    for name, g in grad.items():
        params[name] = params[name] - 0.05 * g
    if k % 50 == 0:
        print(k, mse)
