import numpy as np

rng = np.random.default_rng(2024)
B, D_IN, D = 24, 5, 8
C = np.sqrt(2 / np.pi)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(C * (x + 0.044715 * x ** 3)))


def gelu_grad(x):
    t = np.tanh(C * (x + 0.044715 * x ** 3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * C * (1 + 3 * 0.044715 * x ** 2)


def layer_norm(x, gain, shift):
    mu = x.mean(axis=-1, keepdims=True)
    inv = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    xhat = (x - mu) * inv
    return gain * xhat + shift, (xhat, inv, gain)


def layer_norm_backward(dy, cache):
    xhat, inv, gain = cache
    dgain = (dy * xhat).sum(axis=0)
    dshift = dy.sum(axis=0)
    dxhat = dy * gain
    centre = dxhat.mean(axis=-1, keepdims=True)
    slope = (dxhat * xhat).mean(axis=-1, keepdims=True)
    dx = (dxhat - centre - xhat * slope) * inv
    return dx, dgain, dshift


x = rng.standard_normal((B, D_IN))
target = np.stack([x[:, 0] * x[:, 1], np.maximum(x[:, 2], x[:, 3])], axis=1)
p = {
    'w_up': rng.standard_normal((D_IN, D)) / np.sqrt(D_IN), 'b_up': np.zeros(D),
    'gain': np.ones(D), 'shift': np.zeros(D),
    'w_out': rng.standard_normal((D, 2)) / np.sqrt(D), 'b_out': np.zeros(2),
}
velocity = {k: np.zeros_like(v) for k, v in p.items()}

for step in range(250):
    up = x @ p['w_up'] + p['b_up']
    normed, ln_cache = layer_norm(up, p['gain'], p['shift'])
    hidden = gelu(normed)
    out = hidden @ p['w_out'] + p['b_out']
    loss = 0.5 * ((out - target) ** 2).sum(axis=1).mean()

    d_out = (out - target) / B
    d_hidden = d_out @ p['w_out'].T
    d_normed = d_hidden * gelu_grad(normed)
    d_up, d_gain, d_shift = layer_norm_backward(d_normed, ln_cache)
    grads = {
        'w_up': x.T @ d_up, 'b_up': d_up.sum(axis=0),
        'gain': d_gain, 'shift': d_shift,
        'w_out': hidden.T @ d_out, 'b_out': d_out.sum(axis=0),
    }
    for k in p:
        velocity[k] = 0.9 * velocity[k] + grads[k]
        p[k] -= 0.03 * velocity[k]
    if step % 50 == 0:
        print(step, round(float(loss), 5))
