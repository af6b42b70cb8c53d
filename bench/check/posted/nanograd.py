import math
import random


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self._prev = children
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

    def __pow__(self, k):
        out = Value(self.data ** k, (self,))

        def _backward():
            self.grad += k * self.data ** (k - 1) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))

        def _backward():
            self.grad += (1 - t * t) * out.grad
        out._backward = _backward
        return out

    def exp(self):
        e = math.exp(self.data)
        out = Value(e, (self,))

        def _backward():
            self.grad += e * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,))

        def _backward():
            self.grad += out.grad / self.data
        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other if isinstance(other, Value) else -other)

    def __truediv__(self, other):
        return self * other ** -1

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if v not in seen:
                seen.add(v)
                for c in v._prev:
                    build(c)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


class Net:
    def __init__(self, sizes, rng):
        self.layers = []
        for i, o in zip(sizes, sizes[1:]):
            w = [[Value(rng.gauss(0, 1 / math.sqrt(i))) for _ in range(i)] for _ in range(o)]
            b = [Value(0.0) for _ in range(o)]
            self.layers.append((w, b))

    def __call__(self, x):
        for n, (w, b) in enumerate(self.layers):
            x = [sum((wi * xi for wi, xi in zip(row, x)), bias) for row, bias in zip(w, b)]
            if n < len(self.layers) - 1:
                x = [v.tanh() for v in x]
        return x

    def parameters(self):
        return [p for w, b in self.layers for part in (*w, b) for p in part]


def cross_entropy(logits, label):
    exps = [v.exp() for v in logits]
    return -(exps[label] / sum(exps[1:], exps[0])).log()


def total_loss(net, xs, ys):
    loss = Value(0.0)
    for x, y in zip(xs, ys):
        loss = loss + cross_entropy(net(x), y)
    return loss * (1.0 / len(xs))


if __name__ == "__main__":
    rng = random.Random(1337)
    centres = [(0.0, 1.2), (1.1, -0.6), (-1.1, -0.6), (0.0, 0.0)]
    ys = [i % 4 for i in range(40)]
    xs = [[c + rng.gauss(0, 0.22) for c in centres[y]] for y in ys]
    net = Net([2, 8, 4], rng)
    for k in range(51):
        loss = total_loss(net, xs, ys)
        for p in net.parameters():
            p.grad = 0.0
        loss.backward()
        for p in net.parameters():
            p.data -= 0.7 * p.grad
        if k % 5 == 0:
            outs = [[v.data for v in net(x)] for x in xs]
            hits = sum(o.index(max(o)) == y for o, y in zip(outs, ys))
            print(f"step {k} loss {loss.data:.4f} accuracy {hits / len(xs):.2f}")
