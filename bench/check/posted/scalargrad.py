"""Scalar autograd in ~50 lines and an MLP on top of it. No numpy."""
import math
import random

random.seed(1337)


class Node:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self._back = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data + other.data, (self, other))

        def _back():
            self.grad += out.grad
            other.grad += out.grad
        out._back = _back
        return out

    def __sub__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data - other.data, (self, other))

        def _back():
            self.grad += out.grad
            other.grad -= out.grad
        out._back = _back
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data * other.data, (self, other))

        def _back():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._back = _back
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Node(t, (self,))

        def _back():
            self.grad += (1 - t * t) * out.grad
        out._back = _back
        return out

    def square(self):
        return self * self

    def backward(self):
        order, seen = [], set()

        def visit(n):
            if n not in seen:
                seen.add(n)
                for p in n.parents:
                    visit(p)
                order.append(n)
        visit(self)
        self.grad = 1.0
        for n in reversed(order):
            n._back()


class Neuron:
    def __init__(self, nin):
        self.w = [Node(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Node(0.0)

    def __call__(self, x):
        s = self.b
        for wi, xi in zip(self.w, x):
            s = s + wi * xi
        return s.tanh()

    def parameters(self):
        return self.w + [self.b]


class MLP:
    def __init__(self, sizes):
        self.layers = [[Neuron(a) for _ in range(b)] for a, b in zip(sizes, sizes[1:])]

    def __call__(self, x):
        for layer in self.layers:
            x = [n(x) for n in layer]
        return x[0]

    def parameters(self):
        return [p for layer in self.layers for n in layer for p in n.parameters()]


# points inside the ring are +1, outside -1
points = []
for k in range(40):
    angle = random.uniform(0, 2 * math.pi)
    r = random.uniform(0, 0.7) if k % 2 == 0 else random.uniform(1.1, 1.6)
    points.append(((r * math.cos(angle), r * math.sin(angle)), 1.0 if k % 2 == 0 else -1.0))

net = MLP([2, 6, 4, 1])
print("parameters:", len(net.parameters()))

lr = 0.5
for epoch in range(121):
    loss = Node(0.0)
    for (px, py), target in points:
        loss = loss + (Node(target) - net([px, py])).square()
    loss = loss * (1.0 / len(points))

    for p in net.parameters():
        p.grad = 0.0
    loss.backward()
    for p in net.parameters():
        p.data -= lr * p.grad

    if epoch % 20 == 0:
        good = sum((net([px, py]).data > 0) == (t > 0) for (px, py), t in points)
        print("epoch %3d  loss %.4f  correct %d/%d" % (epoch, loss.data, good, len(points)))
