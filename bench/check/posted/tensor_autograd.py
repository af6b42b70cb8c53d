import numpy as np

# Reverse-mode autodiff on ndarrays (toy). Trains a 2-layer net on XOR-like quadrants.


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for i, n in enumerate(shape):
        if n == 1 and grad.shape[i] != 1:
            grad = grad.sum(axis=i, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, parents=(), requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.parents = parents            # list of (tensor, vjp)
        self.requires_grad = requires_grad
        self.grad = None

    @property
    def shape(self):
        return self.data.shape

    def __add__(self, o):
        return Tensor(self.data + o.data,
                      [(self, lambda g: unbroadcast(g, self.shape)),
                       (o, lambda g: unbroadcast(g, o.shape))])

    def __matmul__(self, o):
        return Tensor(self.data @ o.data,
                      [(self, lambda g: g @ o.data.T),
                       (o, lambda g: self.data.T @ g)])

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        return Tensor(s, [(self, lambda g: g * s * (1 - s))])

    def softplus(self):
        return Tensor(np.log1p(np.exp(self.data)),
                      [(self, lambda g: g / (1 + np.exp(-self.data)))])

    def mean(self):
        n = self.data.size
        return Tensor(self.data.mean(), [(self, lambda g: g * np.ones(self.shape) / n)])

    def bce_with_logits(self, target):
        z = self.data
        loss = np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))
        return Tensor(loss, [(self, lambda g: g * (1 / (1 + np.exp(-z)) - target))])

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) in seen:
                return
            seen.add(id(t))
            for p, _ in t.parents:
                visit(p)
            order.append(t)

        visit(self)
        for t in order:
            t.grad = np.zeros_like(t.data)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            for p, vjp in t.parents:
                p.grad = p.grad + vjp(t.grad)


def main():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (200, 2))
    t = (X[:, :1] * X[:, 1:] > 0).astype(float)

    W1 = Tensor(rng.normal(0, 1.5, (2, 16)), requires_grad=True)
    b1 = Tensor(np.zeros((1, 16)), requires_grad=True)
    W2 = Tensor(rng.normal(0, 0.5, (16, 8)), requires_grad=True)
    b2 = Tensor(np.zeros(8), requires_grad=True)
    W3 = Tensor(rng.normal(0, 0.5, (8, 1)), requires_grad=True)
    b3 = Tensor(np.zeros(1), requires_grad=True)
    ps = [W1, b1, W2, b2, W3, b3]
    xt = Tensor(X)

    def net(x):
        h = (x @ W1 + b1).sigmoid()
        h = (h @ W2 + b2).softplus()
        return h @ W3 + b3

    lr = 1.0
    for step in range(1500):
        out = net(xt)
        loss = out.bce_with_logits(t).mean()
        loss.backward()
        for p in ps:
            p.data -= lr * p.grad
        if step % 250 == 0:
            acc = ((out.data > 0) == (t > 0.5)).mean()
            print(step, "loss = %.5f" % loss.data, "acc = %.3f" % acc)
    print("final acc", ((net(xt).data > 0) == (t > 0.5)).mean())


if __name__ == "__main__":
    main()
