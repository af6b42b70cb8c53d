"""A scalar autograd toy plus an MLP on top of it. Pure python, slow, but I finally get it."""
import math
import random


class Value:
    def __init__(self, data, parents=()):
        self.data = float(data)
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

    def relu(self):
        out = Value(max(0.0, self.data), (self,))

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def backward(self):
        topo, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for q in v._parents:
                    visit(q)
                topo.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


class MLP:
    def __init__(self, *sizes):
        self.layers = []
        for n_in, n_out in zip(sizes, sizes[1:]):
            neurons = [([Value(random.gauss(0, 1) / math.sqrt(n_in)) for _ in range(n_in)], Value(0))
                       for _ in range(n_out)]
            self.layers.append(neurons)

    def __call__(self, x):
        for k, neurons in enumerate(self.layers):
            z = [sum((w * xi for w, xi in zip(ws, x)), b) for ws, b in neurons]
            x = [v.tanh() for v in z] if k < len(self.layers) - 1 else z
        return x[0]

    def parameters(self):
        return [p for neurons in self.layers for ws, b in neurons for p in ws + [b]]


def hinge(points, net):
    # svm "max margin" loss, labels are -1 / +1
    losses = [(1 - net(x) * y).relu() for x, y in points]
    return sum(losses, Value(0)) * (1.0 / len(losses))


if __name__ == "__main__":
    random.seed(1337)
    points = []
    for k in range(40):
        r = 0.4 if k % 2 else 1.1
        phi = random.uniform(0, 2 * math.pi)
        r += random.gauss(0, 0.08)
        points.append(((r * math.cos(phi), r * math.sin(phi)), 1 if k % 2 else -1))

    net = MLP(2, 8, 6, 1)
    print("parameters:", len(net.parameters()))
    for step in range(120):
        loss = hinge(points, net)
        for p in net.parameters():
            p.grad = 0.0
        loss.backward()
        lr = 0.5 * (1 - 0.8 * step / 120)
        for p in net.parameters():
            p.data -= lr * p.grad
        if step % 10 == 0:
            good = sum((net(x).data > 0) == (y > 0) for x, y in points)
            print(f"step {step} loss {loss.data:.4f}, {good}/{len(points)} right")
