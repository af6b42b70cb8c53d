#!/usr/bin/env python3
"""my attempt at a micrograd after watching the lecture. pure python, no numpy"""
import math
import random

random.seed(1337)


class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __repr__(self):
        return f"Value({self.data:.4f}, grad={self.grad:.4f})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), 'tanh')

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,), 'relu')

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()

    def __neg__(self): return self * -1.0
    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return (-self) + other


class Neuron:
    def __init__(self, nin, act=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.act = act

    def __call__(self, x):
        s = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return s.tanh() if self.act else s

    def parameters(self):
        return self.w + [self.b]


class MLP:
    def __init__(self, sizes):
        n = len(sizes) - 1
        self.layers = [[Neuron(sizes[i], act=(i < n - 1)) for _ in range(sizes[i + 1])]
                       for i in range(n)]

    def __call__(self, x):
        for layer in self.layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    def parameters(self):
        return [p for layer in self.layers for nrn in layer for p in nrn.parameters()]


# ring data: inside = +1, outside = -1
xs, ys = [], []
for i in range(30):
    r = 0.4 if i % 2 == 0 else 1.2
    a = 2 * math.pi * random.random()
    xs.append([r * math.cos(a), r * math.sin(a)])
    ys.append(1.0 if i % 2 == 0 else -1.0)

model = MLP([2, 8, 1])
print("number of parameters", len(model.parameters()))
for k in range(60):
    scores = [model(x) for x in xs]
    losses = [(1.0 - yi * si).relu() for yi, si in zip(ys, scores)]   # max-margin
    loss = sum(losses, Value(0.0)) * (1.0 / len(losses))
    for p in model.parameters():
        p.grad = 0.0
    loss.backward()
    lr = 1.0 - 0.9 * k / 60
    for p in model.parameters():
        p.data -= lr * p.grad
    acc = sum((s.data > 0) == (y > 0) for s, y in zip(scores, ys)) / len(ys)
    if k % 10 == 0 or k == 59:
        print(f"step {k} loss {loss.data:.4f}, accuracy {acc * 100:.1f}%")
