# Predict the 10/50/90 % quantiles of noisy data. Keeps the best weights on validation.
import numpy as np

rng = np.random.default_rng(2021)
TAUS = np.array([0.1, 0.5, 0.9])

x = rng.uniform(-2, 2, size=(600, 1))
y = np.sin(2 * x) + (0.15 + 0.2 * (x + 2) / 2) * rng.standard_normal((600, 1))
x_tr, y_tr = x[:400], y[:400]
x_va, y_va = x[400:500], y[400:500]
x_te, y_te = x[500:], y[500:]


def init_params(sizes):
    params = {}
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        params[f"W{i}"] = rng.standard_normal((a, b)) / np.sqrt(a)
        params[f"b{i}"] = np.zeros(b)
    return params


def forward(params, x):
    a1 = np.tanh(x @ params["W1"] + params["b1"])
    a2 = np.tanh(a1 @ params["W2"] + params["b2"])
    q = a2 @ params["W3"] + params["b3"]
    return a1, a2, q


def pinball(q, y):
    u = y - q                                   # (n, 3) by broadcasting
    return np.mean(np.sum(np.maximum(TAUS * u, (TAUS - 1) * u), axis=1))


def gradients(params, x, y):
    n = x.shape[0]
    a1, a2, q = forward(params, x)
    u = y - q
    dq = np.where(u > 0, -TAUS, 1 - TAUS) / n
    g = {"W3": a2.T @ dq, "b3": dq.sum(axis=0)}
    d2 = dq @ params["W3"].T * (1 - a2 ** 2)
    g["W2"], g["b2"] = a1.T @ d2, d2.sum(axis=0)
    d1 = d2 @ params["W2"].T * (1 - a1 ** 2)
    g["W1"], g["b1"] = x.T @ d1, d1.sum(axis=0)
    return g


params = init_params([1, 24, 16, 3])
velocity = {k: np.zeros_like(v) for k, v in params.items()}
best_loss, best_params, wait, patience = np.inf, None, 0, 40
lr, mu = 0.05, 0.9

epoch = 0
while epoch < 500 and wait < patience:
    epoch += 1
    order = rng.permutation(len(x_tr))
    for start in range(0, len(order), 40):
        sel = order[start:start + 40]
        grads = gradients(params, x_tr[sel], y_tr[sel])
        for k in params:
            velocity[k] = mu * velocity[k] - lr * grads[k]
            params[k] += velocity[k]
    val = pinball(forward(params, x_va)[-1], y_va)
    if val < best_loss - 1e-5:
        best_loss, wait = val, 0
        best_params = {k: v.copy() for k, v in params.items()}
    else:
        wait += 1
    if epoch % 20 == 0:
        tr = pinball(forward(params, x_tr)[-1], y_tr)
        print(f"epoch {epoch:3d}  train {tr:.4f}  val {val:.4f}  best {best_loss:.4f}")

print("stopped after", epoch, "epochs")
params = best_params
q_te = forward(params, x_te)[-1]
print("val loss of restored weights: %.5f" % pinball(forward(params, x_va)[-1], y_va))
print("test loss: %.4f" % pinball(q_te, y_te))
for j, tau in enumerate(TAUS):
    print(f"tau={tau}: {np.mean(y_te[:, 0] < q_te[:, j]):.2f} of test points below")
