# House prices (made up), functional style: every function takes and returns plain dicts.
# Huber loss, two relu layers, Adam.
import numpy as np


def make_houses(key, n):
    rng = np.random.default_rng(key)
    area = rng.integers(35, 220, n)            # m2
    rooms = area // 30 + rng.integers(0, 3, n)
    age = rng.integers(0, 90, n)
    km = rng.integers(0, 25, n)                # distance to the centre
    price = 2.1 * area + 12 * rooms - 0.9 * age + 90 * np.exp(-km / 6) + 0.006 * area * (25 - km)
    price = price + rng.normal(0, 8, n)
    price[rng.random(n) < 0.01] *= 2.5         # a few outliers, hence Huber
    return np.stack([area, rooms, age, km], axis=1), price[:, None]


def standardise(table):
    out = np.empty(table.shape)
    for j in range(table.shape[1]):
        col = table[:, j]
        out[:, j] = (col - col.mean()) / col.std()
    return out


def init_params(key, sizes):
    rng = np.random.default_rng(key)
    params = {}
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        params[f"w{i}"] = rng.normal(0, np.sqrt(2 / a), (a, b))
        params[f"b{i}"] = np.zeros((1, b))
    return params


def forward(params, x):
    z1 = x @ params["w1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    z2 = a1 @ params["w2"] + params["b2"]
    a2 = np.maximum(z2, 0)
    pred = a2 @ params["w3"] + params["b3"]
    return pred, dict(x=x, z1=z1, a1=a1, z2=z2, a2=a2)


def huber(pred, y, delta=0.5):
    r = pred - y
    small = np.abs(r) <= delta
    value = np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta))
    slope = np.where(small, r, delta * np.sign(r))
    return value.mean(), slope / len(y)


def backward(params, cache, dpred):
    dz2 = (dpred @ params["w3"].T) * (cache["z2"] > 0)
    dz1 = (dz2 @ params["w2"].T) * (cache["z1"] > 0)
    return {
        "w3": cache["a2"].T @ dpred, "b3": dpred.sum(0, keepdims=True),
        "w2": cache["a1"].T @ dz2, "b2": dz2.sum(0, keepdims=True),
        "w1": cache["x"].T @ dz1, "b1": dz1.sum(0, keepdims=True),
    }


def adam_init(params):
    zeros = {k: np.zeros_like(v) for k, v in params.items()}
    return 0, zeros, dict(zeros)


def adam_update(params, grads, state, lr=3e-3, b1=0.9, b2=0.999, eps=1e-8):
    t, m, v = state
    t += 1
    m = {k: b1 * m[k] + (1 - b1) * grads[k] for k in params}
    v = {k: b2 * v[k] + (1 - b2) * grads[k] ** 2 for k in params}
    new = {}
    for k in params:
        m_hat = m[k] / (1 - b1 ** t)
        v_hat = v[k] / (1 - b2 ** t)
        new[k] = params[k] - lr * m_hat / (np.sqrt(v_hat) + eps)
    return new, (t, m, v)


def main():
    raw, price = make_houses(0, 800)
    x = standardise(raw)
    y = (price - price.mean()) / price.std()
    params = init_params(1, [4, 24, 24, 1])
    state = adam_init(params)
    rng = np.random.default_rng(2)
    for epoch in range(301):
        for idx in np.array_split(rng.permutation(len(x)), 20):
            pred, cache = forward(params, x[idx])
            _, dpred = huber(pred, y[idx])
            params, state = adam_update(params, backward(params, cache, dpred), state)
        if epoch % 30 == 0:
            pred, _ = forward(params, x)
            loss, _ = huber(pred, y)
            mae = np.median(np.abs(pred - y)) * price.std()
            print(f"epoch {epoch:3d}   huber {loss:.5f}   median abs error {mae:.1f} k")


main()
