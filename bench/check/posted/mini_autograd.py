# a scalar autograd engine in pure python + svm "max-margin" loss on two moons
# (after watching the lecture I rewrote it from memory)
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

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))

        def _backward():
            self.grad += (out.data > 0) * out.grad
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
        topo, seen = [], set()

        def build(v):
            if v not in seen:
                seen.add(v)
                for p in v._parents:
                    build(p)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()

    __radd__ = __add__
    __rmul__ = __mul__


class MLP:
    def __init__(self, n_in, n_hid):
        self.w1 = [[Value(random.uniform(-1, 1)) for _ in range(n_in)] for _ in range(n_hid)]
        self.b1 = [Value(0.0) for _ in range(n_hid)]
        self.w2 = [Value(random.uniform(-1, 1)) for _ in range(n_hid)]
        self.b2 = Value(0.0)

    def __call__(self, x):
        h = [sum((w * xi for w, xi in zip(row, x)), b).tanh() for row, b in zip(self.w1, self.b1)]
        return sum((w * hi for w, hi in zip(self.w2, h)), self.b2)

    def parameters(self):
        return [w for row in self.w1 for w in row] + self.b1 + self.w2 + [self.b2]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


def moons(n):
    pts = []
    for i in range(n):
        a = math.pi * random.random()
        if i % 2 == 0:
            pts.append(([math.cos(a) + random.gauss(0, .08), math.sin(a) + random.gauss(0, .08)], 1))
        else:
            pts.append(([1 - math.cos(a) + random.gauss(0, .08), .5 - math.sin(a) + random.gauss(0, .08)], -1))
    return pts


def loss_fn(model, batch, alpha=1e-3):
    losses = [(1 + -y * model(x)).relu() for x, y in batch]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = alpha * sum(p * p for p in model.parameters())
    return data_loss + reg_loss


random.seed(1337)
data = moons(60)
model = MLP(2, 8)

for k in range(120):
    lr = 0.5 if k < 80 else 0.2
    model.zero_grad()
    loss = loss_fn(model, data)
    loss.backward()
    for p in model.parameters():
        p.data -= lr * p.grad
    if k % 15 == 0 or k == 119:
        acc = sum((model(x).data > 0) == (y > 0) for x, y in data) / len(data)
        print("step", k, "loss", round(loss.data, 4), "acc", acc)
