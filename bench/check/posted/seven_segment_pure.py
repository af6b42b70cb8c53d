# 7-segment display -> 4 bit binary.  Pure Python, any number of layers.
import math
import random

#            a  b  c  d  e  f  g
SEGMENTS = [[1, 1, 1, 1, 1, 1, 0],
            [0, 1, 1, 0, 0, 0, 0],
            [1, 1, 0, 1, 1, 0, 1],
            [1, 1, 1, 1, 0, 0, 1],
            [0, 1, 1, 0, 0, 1, 1],
            [1, 0, 1, 1, 0, 1, 1],
            [1, 0, 1, 1, 1, 1, 1],
            [1, 1, 1, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 1, 1],
            [1, 1, 1, 1, 0, 1, 1]]


def bits(d):
    return [(d >> s) & 1 for s in (3, 2, 1, 0)]


def create_network(sizes):
    random.seed(5)
    network = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layer = [{'w': [random.uniform(-1, 1) for _ in range(n_in)],
                  'b': random.uniform(-1, 1)} for _ in range(n_out)]
        network.append(layer)
    return network


def feed(network, row):
    values = row
    for layer in network:
        new = []
        for neuron in layer:
            s = neuron['b'] + sum(w * v for w, v in zip(neuron['w'], values))
            neuron['out'] = 1 / (1 + math.exp(-s))
            new.append(neuron['out'])
        values = new
    return values


def backprop(network, target):
    for i in reversed(range(len(network))):
        layer = network[i]
        for j, neuron in enumerate(layer):
            if i == len(network) - 1:
                error = neuron['out'] - target[j]
            else:
                error = 0.0
                for nxt in network[i + 1]:
                    error += nxt['w'][j] * nxt['delta']
            neuron['delta'] = error * neuron['out'] * (1.0 - neuron['out'])


def adjust(network, row, rate):
    for i in range(len(network)):
        inputs = row
        if i != 0:
            inputs = [neuron['out'] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron['w'][j] -= rate * neuron['delta'] * inputs[j]
            neuron['b'] -= rate * neuron['delta']


def train(network, rate=0.7, goal=0.05, max_epochs=2500):
    epoch = 0
    total = float('inf')
    while total > goal and epoch < max_epochs:
        total = 0.0
        for d, row in enumerate(SEGMENTS):
            target = bits(d)
            out = feed(network, row)
            total += sum((o - t) ** 2 for o, t in zip(out, target)) / 2
            backprop(network, target)
            adjust(network, row, rate)
        if epoch % 200 == 0:
            print('epoch=%d, error=%.4f' % (epoch, total))
        epoch += 1
    print('stopped: epoch=%d, error=%.4f' % (epoch, total))


if __name__ == '__main__':
    net = create_network([7, 8, 6, 4])
    train(net)
    for d, row in enumerate(SEGMENTS):
        print(d, [round(v) for v in feed(net, row)], bits(d))
