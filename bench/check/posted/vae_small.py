"""
Variational autoencoder in numpy.
x (12 binary pixels) -> tanh(24) -> mu, logvar (2) -> z -> tanh(24) -> sigmoid(12)
"""
import numpy as np

rng = np.random.default_rng(0)

protos = np.array([[1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0],
                   [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0],
                   [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
                   [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]])


def sample_data(n):
    k = rng.integers(0, 4, n)
    flips = rng.random((n, 12)) < 0.05
    return np.abs(protos[k] - flips).astype(float), k


def glorot(a, b):
    return rng.standard_normal((a, b)) * np.sqrt(2 / (a + b))


theta = {
    "W_enc": glorot(12, 24), "b_enc": np.zeros(24),
    "W_mu": glorot(24, 2), "b_mu": np.zeros(2),
    "W_lv": glorot(24, 2), "b_lv": np.zeros(2),
    "W_dec": glorot(2, 24), "b_dec": np.zeros(24),
    "W_out": glorot(24, 12), "b_out": np.zeros(12),
}


def encode(x):
    h = np.tanh(x @ theta["W_enc"] + theta["b_enc"])
    return h, h @ theta["W_mu"] + theta["b_mu"], h @ theta["W_lv"] + theta["b_lv"]


def decode(z):
    d = np.tanh(z @ theta["W_dec"] + theta["b_dec"])
    return d, 1 / (1 + np.exp(-(d @ theta["W_out"] + theta["b_out"])))


def elbo_step(x, eps, beta=1.0):
    """returns reconstruction loss, KL (both per example) and the gradients"""
    n = len(x)
    h, mu, logvar = encode(x)
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    d, xhat = decode(z)
    rec = -np.sum(x * np.log(xhat + 1e-9) + (1 - x) * np.log(1 - xhat + 1e-9)) / n
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar)) / n

    grad = {}
    dlogit = (xhat - x) / n
    grad["W_out"], grad["b_out"] = d.T @ dlogit, dlogit.sum(0)
    dd = (dlogit @ theta["W_out"].T) * (1 - d ** 2)
    grad["W_dec"], grad["b_dec"] = z.T @ dd, dd.sum(0)
    dz = dd @ theta["W_dec"].T
    dmu = dz + beta * mu / n
    dlogvar = dz * eps * 0.5 * std + beta * 0.5 * (np.exp(logvar) - 1) / n
    grad["W_mu"], grad["b_mu"] = h.T @ dmu, dmu.sum(0)
    grad["W_lv"], grad["b_lv"] = h.T @ dlogvar, dlogvar.sum(0)
    dh = (dmu @ theta["W_mu"].T + dlogvar @ theta["W_lv"].T) * (1 - h ** 2)
    grad["W_enc"], grad["b_enc"] = x.T @ dh, dh.sum(0)
    return rec, kl, grad


x_train, k_train = sample_data(400)
mom1 = {k: np.zeros_like(v) for k, v in theta.items()}
mom2 = {k: np.zeros_like(v) for k, v in theta.items()}
t = 0
for epoch in range(1, 101):
    rec_sum = kl_sum = 0.0
    for idx in np.array_split(rng.permutation(400), 8):
        x = x_train[idx]
        rec, kl, grad = elbo_step(x, rng.standard_normal((len(x), 2)))
        rec_sum += rec
        kl_sum += kl
        t += 1
        for k in theta:
            mom1[k] = 0.9 * mom1[k] + 0.1 * grad[k]
            mom2[k] = 0.999 * mom2[k] + 0.001 * grad[k] ** 2
            theta[k] -= 0.01 * (mom1[k] / (1 - 0.9 ** t)) / (np.sqrt(mom2[k] / (1 - 0.999 ** t)) + 1e-8)
    if epoch % 20 == 0:
        print(f"epoch {epoch}: reconstruction {rec_sum / 8:.3f}  KL {kl_sum / 8:.3f}  -ELBO {(rec_sum + kl_sum) / 8:.3f}")

_, mu, logvar = encode(x_train)
for k in range(4):
    print("prototype", k, "latent mean", mu[k_train == k].mean(0).round(2), "sigma", np.exp(0.5 * logvar[k_train == k]).mean(0).round(2))
