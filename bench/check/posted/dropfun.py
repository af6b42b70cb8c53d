"""Functional style: no classes, no globals changed, parameters in, parameters out.

Samples are COLUMNS.  Net: 2 -> 40 -> 20 -> 1, relu, relu, sigmoid, inverted dropout.
"""
from typing import Dict, Iterator, Optional, Tuple

import numpy as np

Params = Dict[str, np.ndarray]
SIZES = (2, 40, 20, 1)


def init_params(rng: np.random.Generator) -> Params:
    params: Params = {}
    for l in range(1, len(SIZES)):
        params[f"W{l}"] = rng.standard_normal((SIZES[l], SIZES[l - 1])) * np.sqrt(2 / SIZES[l - 1])
        params[f"b{l}"] = np.zeros((SIZES[l], 1))
    return params


def draw_masks(rng: np.random.Generator, m: int, keep: float) -> Tuple[np.ndarray, np.ndarray]:
    mask1 = (rng.random((SIZES[1], m)) < keep) / keep
    mask2 = (rng.random((SIZES[2], m)) < keep) / keep
    return mask1, mask2


def forward(params: Params, X: np.ndarray, masks: Optional[tuple] = None) -> dict:
    mask1, mask2 = masks if masks is not None else (1.0, 1.0)
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.maximum(Z1, 0) * mask1
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = np.maximum(Z2, 0) * mask2
    Z3 = params["W3"] @ A2 + params["b3"]
    A3 = 1 / (1 + np.exp(-Z3))
    return dict(X=X, Z1=Z1, A1=A1, Z2=Z2, A2=A2, A3=A3, mask1=mask1, mask2=mask2)


def cost(params: Params, A3: np.ndarray, Y: np.ndarray, lam: float) -> float:
    m = Y.shape[1]
    eps = 1e-12
    data = -np.sum(Y * np.log(A3 + eps) + (1 - Y) * np.log(1 - A3 + eps)) / m
    ridge = sum(np.sum(params[f"W{l}"] ** 2) for l in (1, 2, 3))
    return float(data + lam / 2 * ridge)


def backward(params: Params, cache: dict, Y: np.ndarray, lam: float) -> Params:
    m = Y.shape[1]
    dZ3 = (cache["A3"] - Y) / m
    dW3 = dZ3 @ cache["A2"].T + lam * params["W3"]
    db3 = np.sum(dZ3, axis=1, keepdims=True)

    dA2 = params["W3"].T @ dZ3 * cache["mask2"]
    dZ2 = dA2 * (cache["Z2"] > 0)
    dW2 = dZ2 @ cache["A1"].T + lam * params["W2"]
    db2 = np.sum(dZ2, axis=1, keepdims=True)

    dA1 = params["W2"].T @ dZ2 * cache["mask1"]
    dZ1 = dA1 * (cache["Z1"] > 0)
    dW1 = dZ1 @ cache["X"].T + lam * params["W1"]
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return dict(W1=dW1, b1=db1, W2=dW2, b2=db2, W3=dW3, b3=db3)


def sgd(params: Params, grads: Params, lr: float) -> Params:
    return {k: params[k] - lr * grads[k] for k in params}


def columns(rng: np.random.Generator, X: np.ndarray, Y: np.ndarray, size: int) -> Iterator[tuple]:
    order = rng.permutation(X.shape[1])
    for chunk in np.split(order, range(size, len(order), size)):
        yield X[:, chunk], Y[:, chunk]


def rings(rng: np.random.Generator, m: int) -> Tuple[np.ndarray, np.ndarray]:
    Y = (np.arange(m) % 2).reshape(1, m)
    radius = np.where(Y[0] == 1, 0.5, 1.3) + 0.15 * rng.standard_normal(m)
    angle = rng.uniform(0, 2 * np.pi, m)
    return np.vstack([radius * np.cos(angle), radius * np.sin(angle)]), Y


def main() -> None:
    rng = np.random.default_rng(2024)
    X, Y = rings(rng, 600)
    Xv, Yv = rings(rng, 300)
    keep, lam, lr0 = 0.8, 1e-4, 0.3
    params = init_params(rng)
    for epoch in range(400):
        lr = lr0 / (1 + 0.01 * epoch)
        for xb, yb in columns(rng, X, Y, 50):
            cache = forward(params, xb, draw_masks(rng, xb.shape[1], keep))
            params = sgd(params, backward(params, cache, yb, lam), lr)
        if epoch % 40 == 0 or epoch == 399:
            Av = forward(params, Xv)["A3"]
            print(f"epoch {epoch:3d}  lr {lr:.3f}  val cost {cost(params, Av, Yv, lam):.4f}"
                  f"  val acc {np.mean((Av > 0.5) == Yv):.3f}")


main()
