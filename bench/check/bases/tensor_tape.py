import numpy as np


class Tensor:
    """An array that remembers how it was made, so that backward() can walk the graph in reverse."""

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = lambda: None

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def __add__(self, other):
        # other may be a row that is added to each sample
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad.sum(axis=0, keepdims=True)
        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,))

        def _backward():
            self.grad += out.grad * (self.data > 0)
        out._backward = _backward
        return out

    def tanh(self):
        out = Tensor(np.tanh(self.data), (self,))

        def _backward():
            self.grad += out.grad * (1 - out.data ** 2)
        out._backward = _backward
        return out

    def cross_entropy(self, label):
        e = np.exp(self.data - self.data.max(axis=1, keepdims=True))
        probs = e / e.sum(axis=1, keepdims=True)
        rows = np.arange(len(label))
        out = Tensor(-np.log(probs[rows, label]).mean(), (self,))

        def _backward():
            d = probs.copy()
            d[rows, label] -= 1
            self.grad += d / len(label) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)
        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            node._backward()


rng = np.random.default_rng(64)
points = rng.normal(size=(36, 2))
label = np.digitize(points[:, 0] + points[:, 1] ** 2, [0.3, 1.5])
W1, b1 = Tensor(rng.normal(0, 0.8, (2, 6))), Tensor(np.zeros((1, 6)))
W2, b2 = Tensor(rng.normal(0, 0.6, (6, 5))), Tensor(np.zeros((1, 5)))
W3, b3 = Tensor(rng.normal(0, 0.6, (5, 3))), Tensor(np.zeros((1, 3)))
weights = [W1, b1, W2, b2, W3, b3]

for i in range(120):
    x = Tensor(points)
    h = (x @ W1 + b1).tanh()
    h = (h @ W2 + b2).relu()
    loss = (h @ W3 + b3).cross_entropy(label)
    for w in weights:
        w.grad = np.zeros_like(w.data)
    loss.backward()
    for w in weights:
        w.data -= 0.5 * w.grad
    if i % 20 == 0:
        print(i, float(loss.data))
