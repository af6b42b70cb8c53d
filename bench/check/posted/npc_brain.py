# Tiny brain for my NPCs. It should learn logic gates (flee / attack / hide).
import math
import random

random.seed(12)


def sig(x):
    return 1.0 / (1.0 + math.exp(-x))


class Neuron:
    def __init__(self, n):
        self.weights = [random.uniform(-1, 1) for _ in range(n)]
        self.bias = random.uniform(-1, 1)
        self.inputs = []
        self.value = 0.0
        self.delta = 0.0

    def fire(self, inputs):
        self.inputs = inputs
        total = self.bias
        for w, x in zip(self.weights, inputs):
            total += w * x
        self.value = sig(total)
        return self.value

    def learn(self, speed):
        for i in range(len(self.weights)):
            self.weights[i] += speed * self.delta * self.inputs[i]
        self.bias += speed * self.delta


class Brain:
    def __init__(self, n_in, n_hidden, n_out):
        self.hidden = [Neuron(n_in) for _ in range(n_hidden)]
        self.out = [Neuron(n_hidden) for _ in range(n_out)]

    def think(self, inputs):
        h = [n.fire(inputs) for n in self.hidden]
        return [n.fire(h) for n in self.out]

    def train(self, inputs, wanted, speed):
        got = self.think(inputs)

        for n, t in zip(self.out, wanted):
            n.delta = (t - n.value) * n.value * (1 - n.value)

        for i, n in enumerate(self.hidden):
            err = 0.0
            for o in self.out:
                err += o.delta * o.weights[i]
            n.delta = err * n.value * (1 - n.value)

        for n in self.out:
            n.learn(speed)

        for n in self.hidden:
            n.learn(speed)

        return sum((t - g) ** 2 for t, g in zip(wanted, got))


# inputs: enemy near?, low health?     outputs: XOR, AND, OR
TABLE = [
    ([0, 0], [0, 0, 0]),
    ([0, 1], [1, 0, 1]),
    ([1, 0], [1, 0, 1]),
    ([1, 1], [0, 1, 1]),
]

if __name__ == "__main__":
    brain = Brain(2, 4, 3)
    for frame in range(6000):
        total = 0.0
        random.shuffle(TABLE)
        for inputs, wanted in TABLE:
            total += brain.train(inputs, wanted, 0.8)
        if frame % 1000 == 0:
            print("frame", frame, "error", round(total, 5))

    ok = True
    for inputs, wanted in sorted(TABLE):
        got = brain.think(inputs)
        print(inputs, "->", [round(g, 2) for g in got], "wanted", wanted)
        for g, t in zip(got, wanted):
            if round(g) != t:
                ok = False
    print("brain works!" if ok else "brain is stupid :(")
