#!/usr/bin/env python3
# my attempt at micrograd, after watching the lecture :)
import math
import random


class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self._parents = parents
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))

        def _backward():
            self.grad += (1 - t * t) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for p in v._parents:
                    visit(p)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()

    __radd__ = __add__
    __rmul__ = __mul__

    def __sub__(self, other):
        return self + (other * -1)


class MLP:
    def __init__(self, sizes):
        self.layers = []
        for nin, nout in zip(sizes[:-1], sizes[1:]):
            s = 1.5
            self.layers.append([([Value(random.uniform(-s, s)) for _ in range(nin)], Value(0.0))
                                for _ in range(nout)])

    def __call__(self, x):
        for layer in self.layers:
            x = [sum((wi * xi for wi, xi in zip(w, x)), b).tanh() for w, b in layer]
        return x[0]

    def parameters(self):
        return [p for layer in self.layers for w, b in layer for p in w + [b]]


def moons(n):
    for i in range(n):
        t = math.pi * i / (n - 1)
        yield [math.cos(t) + random.gauss(0, .08), math.sin(t) + random.gauss(0, .08)], 1.0
        yield [1 - math.cos(t) + random.gauss(0, .08), 0.5 - math.sin(t) + random.gauss(0, .08)], -1.0


random.seed(1)
data = list(moons(8))
model = MLP([2, 8, 1])
print(model.parameters().__len__(), "parameters")

for k in range(120):
    # forward
    losses = []
    for x, y in data:
        diff = model(x) - y
        losses.append(diff * diff)
    loss = sum(losses, Value(0.0)) * (1.0 / len(data))

    # backward
    for p in model.parameters():
        p.grad = 0.0
    loss.backward()

    # update
    for p in model.parameters():
        p.data -= 0.4 * p.grad

    if k % 20 == 0 or k == 119:
        acc = sum((model(x).data > 0) == (y > 0) for x, y in data) / len(data)
        print(f"step {k} loss {loss.data:.5f} accuracy {acc * 100:.0f}%")
