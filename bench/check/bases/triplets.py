import numpy as np

np.random.seed(303)
MARGIN = 2.0
enc = {"U": np.random.randn(4, 8) * 0.5, "u": np.full(8, 0.1), "V": np.random.randn(8, 2) * 0.5}

# three groups; anchor and positive come from one group, the negative from another
means = np.random.randn(3, 4) * 1.2
group = np.random.randint(0, 3, 40)
other = (group + np.random.randint(1, 3, 40)) % 3
anchor = means[group] + 0.9 * np.random.randn(40, 4)
pos = means[group] + 0.9 * np.random.randn(40, 4)
neg = means[other] + 0.9 * np.random.randn(40, 4)


def relu_mask(pre):
    return (pre > 0).astype(float)


def embed(x):
    pre = x @ enc["U"] + enc["u"]
    h = np.maximum(pre, 0)
    return h @ enc["V"], (x, pre, h)


def accumulate(grads, d_e, cache):
    x, pre, h = cache
    grads["V"] += h.T @ d_e
    d_pre = (d_e @ enc["V"].T) * relu_mask(pre)
    grads["U"] += x.T @ d_pre
    grads["u"] += d_pre.sum(axis=0)


eta = 0.05
for step in range(120):
    e_a, cache_a = embed(anchor)
    e_p, cache_p = embed(pos)
    e_n, cache_n = embed(neg)
    near = np.sum((e_a - e_p) ** 2, axis=1)
    far = np.sum((e_a - e_n) ** 2, axis=1)
    hinge = np.maximum(near - far + MARGIN, 0)
    loss = hinge.mean()

    active = (hinge > 0)[:, None] / len(anchor)
    d_anchor = active * 2 * (e_n - e_p)
    d_pos = active * -2 * (e_a - e_p)
    d_neg = active * 2 * (e_a - e_n)

    grads = {k: np.zeros_like(v) for k, v in enc.items()}
    accumulate(grads, d_anchor, cache_a)
    accumulate(grads, d_pos, cache_p)
    accumulate(grads, d_neg, cache_n)
    for k in enc:
        enc[k] -= eta * grads[k]
    if step % 30 == 0:
        print(f"step {step}: loss {loss:.4f}, {np.mean(hinge > 0):.0%} of the triplets still active")
