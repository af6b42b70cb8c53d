#!/usr/bin/env python3
"""mixture density net for a curve that is not a function (y -> x folded back on itself)"""
import numpy as np

K, H, N = 3, 24, 500          # components, hidden units, points


def make_data(rng):
    t = rng.uniform(0, 1, N)
    x = t + 0.3 * np.sin(2 * np.pi * t) + rng.normal(0, 0.03, N)
    return (x[:, None] - 0.5) * 3, t[:, None]


def init(rng):
    return {
        "W1": rng.normal(0, 1, (1, H)), "b1": rng.normal(0, 0.5, H),
        "Wp": rng.normal(0, 0.2, (H, K)), "bp": np.zeros(K),
        "Wm": rng.normal(0, 0.2, (H, K)), "bm": np.array([0.2, 0.5, 0.8]),
        "Ws": rng.normal(0, 0.2, (H, K)), "bs": np.full(K, -1.0),
    }


def net(p, x):
    h = np.tanh(x @ p["W1"] + p["b1"])
    a = h @ p["Wp"] + p["bp"]
    e = np.exp(a - a.max(axis=1, keepdims=True))
    pi = e / e.sum(axis=1, keepdims=True)
    mu = h @ p["Wm"] + p["bm"]
    sigma = np.exp(h @ p["Ws"] + p["bs"])
    return h, pi, mu, sigma


def densities(pi, mu, sigma, y):
    q = (y - mu) / sigma
    return pi * np.exp(-0.5 * q ** 2) / (sigma * np.sqrt(2 * np.pi))


def loss_and_grad(p, x, y):
    n = len(x)
    h, pi, mu, sigma = net(p, x)
    d = densities(pi, mu, sigma, y)
    total = d.sum(axis=1, keepdims=True) + 1e-300
    loss = -np.log(total).mean()

    resp = d / total                                  # who explains this point?
    d_a = (pi - resp) / n
    d_mu = resp * (mu - y) / sigma ** 2 / n
    d_s = resp * (1 - ((y - mu) / sigma) ** 2) / n    # w.r.t. log sigma

    g = {}
    for name, delta in (("p", d_a), ("m", d_mu), ("s", d_s)):
        g["W" + name] = h.T @ delta
        g["b" + name] = delta.sum(axis=0)
    d_h = d_a @ p["Wp"].T + d_mu @ p["Wm"].T + d_s @ p["Ws"].T
    d_z = d_h * (1 - h ** 2)
    g["W1"] = x.T @ d_z
    g["b1"] = d_z.sum(axis=0)
    return loss, g


def adam(lr=0.01, b1=0.9, b2=0.999):
    """closure instead of a class, because why not"""
    m, v, t = {}, {}, 0

    def update(p, g):
        nonlocal t
        t += 1
        for k in p:
            m[k] = b1 * m.get(k, 0) + (1 - b1) * g[k]
            v[k] = b2 * v.get(k, 0) + (1 - b2) * g[k] ** 2
            p[k] = p[k] - lr * (m[k] / (1 - b1 ** t)) / (np.sqrt(v[k] / (1 - b2 ** t)) + 1e-8)

    return update


def main():
    rng = np.random.default_rng(0)
    x, y = make_data(rng)
    p = init(rng)
    update = adam()
    for it in range(2501):
        loss, g = loss_and_grad(p, x, y)
        update(p, g)
        if it % 250 == 0:
            print(f"it {it:5d}   nll {loss:8.4f}")
    h, pi, mu, sigma = net(p, np.array([[-1.2], [0.0], [1.2]]))
    for row in range(3):
        print("  ".join(f"{a:.2f}*N({b:.2f},{c:.2f})" for a, b, c in zip(pi[row], mu[row], sigma[row])))


if __name__ == "__main__":
    main()
