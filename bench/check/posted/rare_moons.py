"""Two moons, but one moon is rare (1:8). Weighted BCE, Nesterov momentum,
early stopping. Everything lives in closures because I wanted to try that."""
import numpy as np


def two_moons(n_major, n_minor, noise, rng):
    a = rng.uniform(0, np.pi, n_major)
    b = rng.uniform(0, np.pi, n_minor)
    outer = np.stack([np.cos(a), np.sin(a)], axis=1)
    inner = np.stack([1 - np.cos(b), 0.5 - np.sin(b)], axis=1)
    x = np.concatenate([outer, inner]) + noise * rng.normal(size=(n_major + n_minor, 2))
    t = np.concatenate([np.zeros(n_major), np.ones(n_minor)])[:, None]
    return x, t


def swish(z):
    return z / (1 + np.exp(-z))


def swish_grad(z):
    s = 1 / (1 + np.exp(-z))
    return s + z * s * (1 - s)


def make_net(n_in, n_hidden, rng):
    theta = {
        "W1": rng.normal(size=(n_in, n_hidden)) / np.sqrt(n_in),
        "b1": np.zeros(n_hidden),
        "W2": rng.normal(size=(n_hidden, 1)) / np.sqrt(n_hidden),
        "b2": np.zeros(1),
    }

    def forward(x, p):
        z = x @ p["W1"] + p["b1"]
        h = swish(z)
        prob = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
        return prob, (x, z, h)

    def loss(prob, t, pos_weight):
        w = np.where(t == 1, pos_weight, 1.0)
        ll = t * np.log(prob + 1e-12) + (1 - t) * np.log(1 - prob + 1e-12)
        return -(w * ll).sum() / len(t)

    def grads(prob, t, pos_weight, p, saved):
        x, z, h = saved
        w = np.where(t == 1, pos_weight, 1.0)
        d_logit = w * (prob - t) / len(t)
        dz = (d_logit @ p["W2"].T) * swish_grad(z)
        return {
            "W1": x.T @ dz,
            "b1": dz.sum(axis=0),
            "W2": h.T @ d_logit,
            "b2": d_logit.sum(axis=0),
        }

    return theta, forward, loss, grads


def make_nesterov(theta, lr, mu):
    vel = {k: np.zeros_like(v) for k, v in theta.items()}

    def lookahead():
        return {k: theta[k] + mu * vel[k] for k in theta}

    def update(g):
        for k in theta:
            vel[k] = mu * vel[k] - lr * g[k]
            theta[k] += vel[k]

    return lookahead, update


def main():
    rng = np.random.default_rng(0)
    x, t = two_moons(320, 40, 0.22, rng)
    xv, tv = two_moons(160, 20, 0.22, rng)
    pos_weight = 8.0
    theta, forward, loss, grads = make_net(2, 24, rng)
    lookahead, update = make_nesterov(theta, lr=0.3, mu=0.95)

    best, best_val, bad, patience = None, np.inf, 0, 60
    for step in range(3000):
        ahead = lookahead()
        prob, saved = forward(x, ahead)
        update(grads(prob, t, pos_weight, ahead, saved))

        val = loss(forward(xv, theta)[0], tv, pos_weight)
        if val < best_val:
            best_val, bad = val, 0
            best = {k: v.copy() for k, v in theta.items()}
        else:
            bad += 1
        if step % 40 == 0:
            print(f"{step:5d}  train {loss(prob, t, pos_weight):.4f}  val {val:.4f}")
        if bad > patience:
            print("early stop at", step)
            break

    pv = forward(xv, best)[0]
    print(f"restored best: val loss {loss(pv, tv, pos_weight):.4f} (best seen {best_val:.4f})")
    hit = pv > 0.5
    print("recall rare:", hit[tv == 1].mean(), " recall common:", 1 - hit[tv == 0].mean())


if __name__ == "__main__":
    main()
