"""Neural net made of Node and Link objects, trained with the hinge loss on two half moons.
I know this is slow, I wanted to understand every single step."""
import math
import random

random.seed(11)


class Link:
    def __init__(self, source, target):
        self.source = source
        self.target = target
        self.weight = random.gauss(0, 0.6)
        self.grad = 0.0
        self.speed = 0.0


class Node:
    def __init__(self, linear=False):
        self.incoming = []
        self.outgoing = []
        self.linear = linear
        self.bias = 0.0
        self.bias_grad = 0.0
        self.bias_speed = 0.0
        self.value = 0.0
        self.delta = 0.0

    def fire(self):
        s = self.bias + sum(l.weight * l.source.value for l in self.incoming)
        self.value = s if self.linear else math.tanh(s)

    def collect(self):
        """delta = d loss / d (weighted sum)"""
        back = sum(l.weight * l.target.delta for l in self.outgoing)
        self.delta = back * (1.0 - self.value ** 2)

    def accumulate(self):
        for l in self.incoming:
            l.grad += self.delta * l.source.value
        self.bias_grad += self.delta


class Net:
    def __init__(self, *sizes):
        self.layers = []
        for depth, n in enumerate(sizes):
            last = depth == len(sizes) - 1
            self.layers.append([Node(linear=last) for _ in range(n)])
        for left, right in zip(self.layers, self.layers[1:]):
            for a in left:
                for b in right:
                    link = Link(a, b)
                    a.outgoing.append(link)
                    b.incoming.append(link)

    def score(self, point):
        for node, v in zip(self.layers[0], point):
            node.value = v
        for layer in self.layers[1:]:
            for node in layer:
                node.fire()
        return self.layers[-1][0].value

    def learn(self, point, label):
        s = self.score(point)
        loss = max(0.0, 1.0 - label * s)
        self.layers[-1][0].delta = -label if loss > 0 else 0.0
        for layer in reversed(self.layers[1:-1]):
            for node in layer:
                node.collect()
        for layer in self.layers[1:]:
            for node in layer:
                node.accumulate()
        return loss

    def zero_grad(self):
        for layer in self.layers[1:]:
            for node in layer:
                node.bias_grad = 0.0
                for l in node.incoming:
                    l.grad = 0.0

    def step(self, lr, count, mu=0.8):
        for layer in self.layers[1:]:
            for node in layer:
                node.bias_speed = mu * node.bias_speed - lr * node.bias_grad / count
                node.bias += node.bias_speed
                for l in node.incoming:
                    l.speed = mu * l.speed - lr * l.grad / count
                    l.weight += l.speed


def moons(n):
    pts, labs = [], []
    for i in range(n):
        t = math.pi * random.random()
        if i % 2:
            p = [math.cos(t), math.sin(t)]
        else:
            p = [1 - math.cos(t), 0.45 - math.sin(t)]
        pts.append([c + random.gauss(0, 0.12) for c in p])
        labs.append(1 if i % 2 else -1)
    return pts, labs


points, labels = moons(200)
net = Net(2, 8, 6, 1)
BATCH = 10

for epoch in range(260):
    order = random.sample(range(len(points)), len(points))
    points = [points[i] for i in order]
    labels = [labels[i] for i in order]
    running = 0.0
    for start in range(0, len(points), BATCH):
        net.zero_grad()
        for k in range(start, start + BATCH):
            running += net.learn(points[k], labels[k])
        net.step(0.1, BATCH)
    if epoch % 20 == 19:
        hits = sum((net.score(p) > 0) == (y > 0) for p, y in zip(points, labels))
        print("epoch", epoch + 1, "hinge", round(running / len(points), 4), "correct", hits, "/", len(points))
