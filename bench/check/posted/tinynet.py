# No numpy on the box I wanted to run this on, so: neurons as dataclasses.
from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Iterator, List, Tuple

Sample = Tuple[List[float], float]


@dataclass
class Neuron:
    n_inputs: int
    squash: bool = True                  # tanh in the hidden layer, logistic at the end
    w: List[float] = field(default_factory=list)
    b: float = 0.0

    def __post_init__(self) -> None:
        s = 1.0 / math.sqrt(self.n_inputs)
        self.w = [random.uniform(-s, s) for _ in range(self.n_inputs)]
        self.vw = [0.0] * self.n_inputs
        self.vb = 0.0
        self.zero_grad()

    def zero_grad(self) -> None:
        self.gw = [0.0] * self.n_inputs
        self.gb = 0.0

    def fire(self, x: List[float]) -> float:
        self.x = x
        z = sum(wi * xi for wi, xi in zip(self.w, x)) + self.b
        self.a = math.tanh(z) if self.squash else 0.5 + 0.5 * math.tanh(0.5 * z)
        return self.a

    def collect(self, delta: float) -> None:
        """delta = dLoss/dz of this neuron, for the sample seen last"""
        for i, xi in enumerate(self.x):
            self.gw[i] += delta * xi
        self.gb += delta

    def update(self, lr: float, mu: float, n: int) -> None:
        for i in range(self.n_inputs):
            self.vw[i] = mu * self.vw[i] - lr * self.gw[i] / n
            self.w[i] += self.vw[i]
        self.vb = mu * self.vb - lr * self.gb / n
        self.b += self.vb


@dataclass
class Net:
    n_in: int
    n_hidden: int

    def __post_init__(self) -> None:
        self.hidden = [Neuron(self.n_in) for _ in range(self.n_hidden)]
        self.out = Neuron(self.n_hidden, squash=False)

    def predict(self, x: List[float]) -> float:
        return self.out.fire([h.fire(x) for h in self.hidden])

    def backprop(self, p: float, target: float) -> None:
        delta_out = p - target           # cross entropy with a logistic output
        self.out.collect(delta_out)
        for k, h in enumerate(self.hidden):
            h.collect(delta_out * self.out.w[k] * (1.0 - h.a * h.a))

    def neurons(self) -> Iterator[Neuron]:
        yield from self.hidden
        yield self.out


def ring_data(n: int) -> List[Sample]:
    """class 1 inside, class 0 on a ring around it"""
    rows: List[Sample] = []
    for k in range(n):
        inside = k % 2 == 0
        r = random.uniform(0.0, 0.7) if inside else random.uniform(1.0, 1.5)
        phi = random.uniform(0.0, 2.0 * math.pi)
        rows.append(([r * math.cos(phi), r * math.sin(phi)], 1.0 if inside else 0.0))
    return rows


def minibatches(rows: List[Sample], size: int) -> Iterator[List[Sample]]:
    rows = rows[:]
    random.shuffle(rows)
    for i in range(0, len(rows), size):
        yield rows[i:i + size]


def cross_entropy(p: float, y: float) -> float:
    p = min(max(p, 1e-9), 1.0 - 1e-9)
    return -(y * math.log(p) + (1.0 - y) * math.log(1.0 - p))


def main() -> None:
    random.seed(11)
    data = ring_data(160)
    net = Net(2, 10)
    for epoch in range(501):
        total = 0.0
        for batch in minibatches(data, 16):
            for neuron in net.neurons():
                neuron.zero_grad()
            for x, y in batch:
                p = net.predict(x)
                total += cross_entropy(p, y)
                net.backprop(p, y)
            for neuron in net.neurons():
                neuron.update(lr=0.1, mu=0.9, n=len(batch))
        if epoch % 50 == 0:
            hits = sum((net.predict(x) > 0.5) == (y > 0.5) for x, y in data)
            print(f"{epoch:4d} loss={total / len(data):.4f} hits={hits}/{len(data)}")


if __name__ == "__main__":
    main()
