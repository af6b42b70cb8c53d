#!/usr/bin/env python3
# Vanilla RNN for next-step prediction of noisy sine waves. BPTT by hand, Adagrad.
import argparse
import numpy as np

DEFAULTS = {
    "hidden": 20,
    "seq_len": 15,
    "batch": 32,
    "steps": 1500,
    "lr": 0.03,
    "clip": 1.0,
    "seed": 123,
}


def get_config():
    ap = argparse.ArgumentParser(description="rnn sine demo")
    for k, v in DEFAULTS.items():
        ap.add_argument("--" + k, type=type(v), default=v)
    return vars(ap.parse_args())


def make_batch(cfg, rng):
    """x, y: (T, B, 1); y is x moved by one step"""
    B, T = cfg["batch"], cfg["seq_len"]
    phase = rng.uniform(0, 2 * np.pi, (1, B))
    freq = rng.uniform(0.3, 0.9, (1, B))
    t = np.arange(T + 1)[:, None]
    s = np.sin(freq * t + phase) + 0.02 * rng.randn(T + 1, B)
    return s[:-1, :, None], s[1:, :, None]


def init_params(cfg, rng):
    H = cfg["hidden"]
    return {
        "Wxh": rng.randn(1, H) * 0.5,
        "Whh": rng.randn(H, H) * (0.9 / np.sqrt(H)),
        "bh": np.zeros(H),
        "Why": rng.randn(H, 1) / np.sqrt(H),
        "by": np.zeros(1),
    }


def forward(p, x):
    T, B, _ = x.shape
    H = p["Whh"].shape[0]
    hs = np.zeros((T + 1, B, H))      # hs[0] is the initial state, hs[t+1] comes after input t
    ys = np.zeros((T, B, 1))
    for t in range(T):
        hs[t + 1] = np.tanh(x[t] @ p["Wxh"] + hs[t] @ p["Whh"] + p["bh"])
        ys[t] = hs[t + 1] @ p["Why"] + p["by"]
    return hs, ys


def backward(p, x, y, hs, ys):
    T, B, _ = x.shape
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dh_next = np.zeros_like(hs[0])
    for t in reversed(range(T)):
        dy = 2 * (ys[t] - y[t]) / (T * B)
        g["Why"] += hs[t + 1].T @ dy
        g["by"] += dy.sum(axis=0)
        dh = dy @ p["Why"].T + dh_next
        dz = dh * (1 - hs[t + 1] ** 2)
        g["Wxh"] += x[t].T @ dz
        g["Whh"] += hs[t].T @ dz
        g["bh"] += dz.sum(axis=0)
        dh_next = dz @ p["Whh"].T
    return g


def clip_by_norm(g, max_norm):
    norm = np.sqrt(sum((v ** 2).sum() for v in g.values()))
    if norm > max_norm:
        for k in g:
            g[k] *= max_norm / norm
    return g


def main():
    cfg = get_config()
    rng = np.random.RandomState(cfg["seed"])
    p = init_params(cfg, rng)
    mem = {k: np.zeros_like(v) for k, v in p.items()}
    smooth = None
    for step in range(1, cfg["steps"] + 1):
        x, y = make_batch(cfg, rng)
        hs, ys = forward(p, x)
        loss = np.mean((ys - y) ** 2)
        smooth = loss if smooth is None else 0.98 * smooth + 0.02 * loss
        g = clip_by_norm(backward(p, x, y, hs, ys), cfg["clip"])
        for k in p:
            mem[k] += g[k] ** 2
            p[k] -= cfg["lr"] * g[k] / (np.sqrt(mem[k]) + 1e-8)
        if step % 250 == 0:
            print("step %5d  smooth mse %.5f" % (step, smooth))

    x, y = make_batch(cfg, rng)
    _, ys = forward(p, x)
    print("mse on last step only: %.5f" % np.mean((ys[-1] - y[-1]) ** 2))
    print("naive (repeat input):  %.5f" % np.mean((x[-1] - y[-1]) ** 2))


if __name__ == "__main__":
    main()
