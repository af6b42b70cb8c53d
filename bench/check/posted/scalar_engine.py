"""Reverse-mode differentiation on single numbers, no libraries.

Every Num remembers its inputs together with the local slope towards each of
them, so the backward sweep is one line.  Demo: two half moons, hinge loss.
"""
import math
import random


class Num:
    __slots__ = ("val", "grad", "edges")

    def __init__(self, val, edges=()):
        self.val = val
        self.grad = 0.0
        self.edges = edges          # tuple of (input, d self / d input)

    @staticmethod
    def lift(x):
        return x if isinstance(x, Num) else Num(float(x))

    def __add__(self, other):
        other = Num.lift(other)
        return Num(self.val + other.val, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = Num.lift(other)
        return Num(self.val * other.val, ((self, other.val), (other, self.val)))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-Num.lift(other))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return Num.lift(other) - self

    def tanh(self):
        t = math.tanh(self.val)
        return Num(t, ((self, 1.0 - t * t),))

    def relu(self):
        return Num(self.val, ((self, 1.0),)) if self.val > 0 else Num(0.0, ((self, 0.0),))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
                continue
            if id(node) in seen:
                continue
            seen.add(id(node))
            stack.append((node, True))
            for inp, _ in node.edges:
                stack.append((inp, False))
        self.grad = 1.0
        for node in reversed(order):
            for inp, slope in node.edges:
                inp.grad += slope * node.grad


class Unit:
    def __init__(self, n_in, squash=True):
        self.w = [Num(random.gauss(0, 1 / math.sqrt(n_in))) for _ in range(n_in)]
        self.b = Num(0.0)
        self.squash = squash

    def __call__(self, xs):
        s = self.b
        for w, x in zip(self.w, xs):
            s = s + w * x
        return s.tanh() if self.squash else s

    def params(self):
        return self.w + [self.b]


class Net:
    def __init__(self, *sizes):
        last = len(sizes) - 2
        self.layers = [[Unit(sizes[i], squash=i < last) for _ in range(sizes[i + 1])]
                       for i in range(last + 1)]

    def __call__(self, xs):
        for layer in self.layers:
            xs = [u(xs) for u in layer]
        return xs[0]

    def params(self):
        return [p for layer in self.layers for u in layer for p in u.params()]


def moons(n):
    pts = []
    for i in range(n):
        a = math.pi * random.random()
        if i % 2:
            pts.append(([math.cos(a), math.sin(a) - 0.25], 1))
        else:
            pts.append(([1 - math.cos(a), 0.25 - math.sin(a)], -1))
    return [([x + random.gauss(0, 0.08) for x in p], t) for p, t in pts]


def hinge(net, data):
    total = Num(0.0)
    for xs, t in data:
        total = total + (1.0 - t * net(xs)).relu()
    return total * (1.0 / len(data))


if __name__ == "__main__":
    random.seed(8)
    data = moons(60)
    net = Net(2, 7, 6, 1)
    weights = net.params()
    for step in range(120):
        for p in weights:
            p.grad = 0.0
        loss = hinge(net, data)
        loss.backward()
        rate = 0.4 if step < 80 else 0.15
        for p in weights:
            p.val -= rate * p.grad
        if step % 10 == 0 or step == 119:
            right = sum((net(xs).val > 0) == (t > 0) for xs, t in data)
            print(f"step {step:3d}: hinge {loss.val:.4f}, {right}/{len(data)} right")
