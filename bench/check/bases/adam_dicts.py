from typing import Dict

import numpy as np

Arrays = Dict[str, np.ndarray]


def elu(v: np.ndarray) -> np.ndarray:
    return np.where(v > 0, v, np.exp(np.minimum(v, 0)) - 1)


def elu_slope(v: np.ndarray) -> np.ndarray:
    return np.where(v > 0, 1.0, np.exp(np.minimum(v, 0)))


def loss_and_grads(params: Arrays, x: np.ndarray, y: np.ndarray):
    lin = x @ params['w1'] + params['b1']
    hidden = elu(lin)
    out = hidden @ params['w2'] + params['b2']
    error = out - y
    loss = float(np.mean(np.sum(error ** 2, axis=1)))

    d_out = 2.0 * error / len(x)
    grads: Arrays = {}
    d_hidden = d_out @ params['w2'].T
    d_lin = d_hidden * elu_slope(lin)
    grads['w1'] = x.T @ d_lin
    grads['b1'] = np.sum(d_lin, axis=0)
    grads['w2'] = hidden.T @ d_out
    grads['b2'] = np.sum(d_out, axis=0)
    return loss, grads


def adam_step(params: Arrays, grads: Arrays, first: Arrays, second: Arrays, t: int,
              step_size: float = 0.01, decay1: float = 0.9, decay2: float = 0.99, tiny: float = 1e-8) -> None:
    for key, grad in grads.items():
        first[key] = decay1 * first[key] + (1 - decay1) * grad
        second[key] = decay2 * second[key] + (1 - decay2) * np.square(grad)
        first_hat = first[key] / (1 - decay1 ** t)
        second_hat = second[key] / (1 - decay2 ** t)
        params[key] -= step_size * first_hat / (np.sqrt(second_hat) + tiny)


if __name__ == '__main__':
    rng = np.random.default_rng(31415)
    x_train = rng.uniform(-1, 1, size=(40, 3))
    y_train = np.stack([np.sin(3 * x_train[:, 0]), x_train[:, 1] * x_train[:, 2]], axis=1)
    params: Arrays = {'w1': rng.normal(size=(3, 12)) / np.sqrt(3), 'b1': np.zeros(12),
                      'w2': rng.normal(size=(12, 2)) / np.sqrt(12), 'b2': np.zeros(2)}
    first: Arrays = {key: np.zeros_like(value) for key, value in params.items()}
    second: Arrays = {key: np.zeros_like(value) for key, value in params.items()}
    for t in range(1, 301):
        loss, grads = loss_and_grads(params, x_train, y_train)
        adam_step(params, grads, first, second, t)
        if t % 60 == 0:
            print(f'{t}: {loss:.5f}')
