"""A very small layer library, tried out on a three-armed spiral.

I wanted to understand what the big frameworks do for me, so: modules with
forward/backward, parameters that carry their gradient, an optimiser object.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Iterator

import numpy as np

Array = np.ndarray


@dataclass
class Parameter:
    value: Array
    grad: Array = field(init=False)

    def __post_init__(self) -> None:
        self.grad = np.zeros_like(self.value)


class Module(ABC):
    def parameters(self) -> list[Parameter]:
        return []

    @abstractmethod
    def forward(self, x: Array) -> Array: ...

    @abstractmethod
    def backward(self, upstream: Array) -> Array: ...


class Affine(Module):
    def __init__(self, fan_in: int, fan_out: int, rng: np.random.Generator) -> None:
        self.weight = Parameter(rng.normal(0.0, np.sqrt(2.0 / fan_in), (fan_in, fan_out)))
        self.bias = Parameter(np.zeros(fan_out))

    def parameters(self) -> list[Parameter]:
        return [self.weight, self.bias]

    def forward(self, x: Array) -> Array:
        self._x = x
        return x @ self.weight.value + self.bias.value

    def backward(self, upstream: Array) -> Array:
        self.weight.grad += self._x.T @ upstream
        self.bias.grad += upstream.sum(axis=0)
        return upstream @ self.weight.value.T


class ReLU(Module):
    def forward(self, x: Array) -> Array:
        self._on = x > 0
        return x * self._on

    def backward(self, upstream: Array) -> Array:
        return upstream * self._on


class Chain(Module):
    def __init__(self, *modules: Module) -> None:
        self.modules = modules

    def parameters(self) -> list[Parameter]:
        return [p for m in self.modules for p in m.parameters()]

    def forward(self, x: Array) -> Array:
        for m in self.modules:
            x = m.forward(x)
        return x

    def backward(self, upstream: Array) -> Array:
        for m in reversed(self.modules):
            upstream = m.backward(upstream)
        return upstream


class SoftmaxCrossEntropy:
    def forward(self, logits: Array, labels: Array) -> float:
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self._p = e / e.sum(axis=1, keepdims=True)
        self._labels = labels
        return float(-np.log(self._p[np.arange(len(labels)), labels] + 1e-12).mean())

    def backward(self) -> Array:
        n = len(self._labels)
        d = self._p.copy()
        d[np.arange(n), self._labels] -= 1.0
        return d / n


class Adam:
    def __init__(self, params: list[Parameter], lr: float = 1e-2,
                 betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.m = [np.zeros_like(p.value) for p in params]
        self.v = [np.zeros_like(p.value) for p in params]
        self.t = 0

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad.fill(0.0)

    def step(self) -> None:
        self.t += 1
        b1, b2 = self.betas
        for i, p in enumerate(self.params):
            self.m[i] = b1 * self.m[i] + (1 - b1) * p.grad
            self.v[i] = b2 * self.v[i] + (1 - b2) * p.grad ** 2
            m_hat = self.m[i] / (1 - b1 ** self.t)
            v_hat = self.v[i] / (1 - b2 ** self.t)
            p.value -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def three_arms(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    radius = np.tile(np.linspace(0.1, 1.0, n), 3)
    arm = np.repeat(np.arange(3), n)
    phi = 3.5 * radius + arm * 2 * np.pi / 3 + rng.normal(0, 0.12, 3 * n)
    return np.column_stack([radius * np.cos(phi), radius * np.sin(phi)]), arm


def batches(x: Array, y: Array, size: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    order = rng.permutation(len(x))
    for start in range(0, len(x), size):
        pick = order[start:start + size]
        yield x[pick], y[pick]


def main() -> None:
    rng = np.random.default_rng(21)
    x, y = three_arms(200, rng)
    net = Chain(Affine(2, 32, rng), ReLU(), Affine(32, 32, rng), ReLU(), Affine(32, 3, rng))
    criterion = SoftmaxCrossEntropy()
    optim = Adam(net.parameters(), lr=5e-3)

    for epoch in range(1, 241):
        losses = []
        for xb, yb in batches(x, y, 32, rng):
            optim.zero_grad()
            losses.append(criterion.forward(net.forward(xb), yb))
            net.backward(criterion.backward())
            optim.step()
        if epoch == 1 or epoch % 40 == 0:
            acc = (net.forward(x).argmax(axis=1) == y).mean()
            print(f"epoch {epoch:4d}  loss {np.mean(losses):.4f}  acc {acc:.3f}")


if __name__ == "__main__":
    main()
