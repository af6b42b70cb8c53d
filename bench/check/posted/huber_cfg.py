# Calibrate a cheap two-channel light sensor (10-bit ADC counts) to lux/100.
# A few readings are garbage (loose cable), hence the Huber loss.
import numpy as np

CONFIG = {
    "seed": 5,
    "n_readings": 1000,
    "layers": [2, 20, 12, 1],
    "delta": 0.5,
    "weight_decay": 1e-4,
    "lr": 0.05,
    "momentum": 0.9,
    "epochs": 300,
    "batch_size": 40,
    "milestones": (150, 240),
    "gamma": 0.3,
}


def take_readings(cfg, rng):
    counts = rng.integers(0, 1024, size=(cfg["n_readings"], 2))
    u = counts / 1023.0
    lux = 2.0 * np.sin(2.5 * u[:, 0]) + 1.5 * u[:, 1] ** 2 - u[:, 0] * u[:, 1]
    lux = lux + rng.normal(0, 0.05, lux.shape)
    broken = rng.random(lux.shape) < 0.015
    lux[broken] += rng.choice([-4.0, 4.0], broken.sum())
    return counts, lux.reshape(-1, 1)


def standardise(counts):
    feats = counts.astype(float)
    for col in range(feats.shape[1]):
        feats[:, col] = (feats[:, col] - feats[:, col].mean()) / feats[:, col].std()
    return feats


def init_params(cfg, rng):
    sizes = cfg["layers"]
    params = {}
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        params[f"W{i}"] = rng.normal(0, 1 / np.sqrt(a), (a, b))
        params[f"b{i}"] = np.zeros((1, b))
    return params


def softplus(z):
    return np.logaddexp(0.0, z)


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward(params, x):
    depth = len(params) // 2
    trace = [(None, x)]
    for i in range(1, depth + 1):
        z = trace[-1][1] @ params[f"W{i}"] + params[f"b{i}"]
        trace.append((z, softplus(z) if i < depth else z))
    return trace


def objective(params, x, y, cfg):
    r = forward(params, x)[-1][1] - y
    d = cfg["delta"]
    data = np.where(np.abs(r) <= d, 0.5 * r ** 2, d * (np.abs(r) - 0.5 * d)).mean()
    penalty = sum((params[k] ** 2).sum() for k in params if k[0] == "W")
    return data + 0.5 * cfg["weight_decay"] * penalty


def gradients(params, x, y, cfg):
    trace = forward(params, x)
    depth = len(params) // 2
    grads = {}
    residual = trace[-1][1] - y
    dz = np.clip(residual, -cfg["delta"], cfg["delta"]) / len(x)
    for i in range(depth, 0, -1):
        grads[f"W{i}"] = trace[i - 1][1].T @ dz
        grads[f"W{i}"] += cfg["weight_decay"] * params[f"W{i}"]
        grads[f"b{i}"] = dz.sum(axis=0, keepdims=True)
        if i > 1:
            dz = (dz @ params[f"W{i}"].T) * logistic(trace[i - 1][0])
    return grads


def learning_rates(cfg):
    lr = cfg["lr"]
    for epoch in range(cfg["epochs"]):
        if epoch in cfg["milestones"]:
            lr *= cfg["gamma"]
        yield epoch, lr


def train(cfg):
    rng = np.random.default_rng(cfg["seed"])
    counts, y = take_readings(cfg, rng)
    x = standardise(counts)
    params = init_params(cfg, rng)
    velocity = {k: np.zeros_like(v) for k, v in params.items()}
    for epoch, lr in learning_rates(cfg):
        order = rng.permutation(len(x))
        for chunk in np.array_split(order, len(x) // cfg["batch_size"]):
            grads = gradients(params, x[chunk], y[chunk], cfg)
            for k in params:
                velocity[k] = cfg["momentum"] * velocity[k] - lr * grads[k]
                params[k] = params[k] + velocity[k]
        if epoch % 40 == 0 or epoch == cfg["epochs"] - 1:
            print("epoch %3d  lr %.4f  objective %.5f" % (epoch, lr, objective(params, x, y, cfg)))
    err = np.abs(forward(params, x)[-1][1] - y)
    print("median absolute error: %.3f" % np.median(err))
    return params


if __name__ == "__main__":
    train(CONFIG)
