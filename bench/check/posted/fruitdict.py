# fruit classifier, no libraries. network = list of layers, layer = list of neurons, neuron = dict
from math import exp
from random import seed, random, shuffle

seed(3)

# weight in g, length in mm, sugar in g/100g, class (0 plum, 1 banana, 2 lime)
data = [
    [66, 48, 9.9, 0], [71, 52, 10.4, 0], [59, 45, 9.1, 0], [80, 55, 11.2, 0], [75, 50, 9.8, 0],
    [62, 47, 10.9, 0], [69, 51, 8.9, 0], [84, 57, 10.1, 0], [57, 44, 10.6, 0], [73, 49, 11.0, 0],
    [118, 178, 12.2, 1], [126, 190, 13.1, 1], [105, 165, 11.8, 1], [140, 201, 12.7, 1], [111, 170, 14.0, 1],
    [133, 185, 11.5, 1], [99, 158, 12.9, 1], [121, 181, 13.6, 1], [145, 197, 12.4, 1], [108, 174, 13.3, 1],
    [67, 50, 1.7, 2], [60, 46, 1.9, 2], [74, 54, 1.4, 2], [55, 43, 2.2, 2], [81, 56, 1.6, 2],
    [70, 53, 2.5, 2], [63, 48, 1.2, 2], [77, 51, 2.0, 2], [58, 47, 1.8, 2], [68, 49, 2.3, 2],
]

def scaled(rows):
    cols = list(zip(*rows))[:-1]
    lo = [min(c) for c in cols]
    hi = [max(c) for c in cols]
    out = []
    for r in rows:
        out.append([(r[i] - lo[i]) / (hi[i] - lo[i]) for i in range(len(lo))] + [r[-1]])
    return out

def make_layer(n_in, n_out):
    return [{'w': [random() - 0.5 for _ in range(n_in)], 'b': random() - 0.5} for _ in range(n_out)]

def squash(z):
    if z < -60:
        return 0.0
    return 1.0 / (1.0 + exp(-z))

def forward(net, row):
    signal = row
    for layer in net:
        nxt = []
        for n in layer:
            z = n['b']
            for wi, xi in zip(n['w'], signal):
                z += wi * xi
            n['out'] = squash(z)
            nxt.append(n['out'])
        signal = nxt
    return signal

def backward(net, expected):
    for li in reversed(range(len(net))):
        layer = net[li]
        errors = []
        if li == len(net) - 1:
            for j, n in enumerate(layer):
                errors.append(expected[j] - n['out'])
        else:
            for j in range(len(layer)):
                e = 0.0
                for n in net[li + 1]:
                    e += n['w'][j] * n['delta']
                errors.append(e)
        for j, n in enumerate(layer):
            n['delta'] = errors[j] * n['out'] * (1.0 - n['out'])

def update(net, row, rate):
    for li, layer in enumerate(net):
        inputs = row if li == 0 else [n['out'] for n in net[li - 1]]
        for n in layer:
            for k in range(len(inputs)):
                n['w'][k] += rate * n['delta'] * inputs[k]
            n['b'] += rate * n['delta']

def predict(net, row):
    out = forward(net, row)
    return out.index(max(out))

data = scaled(data)
shuffle(data)
train, test = data[:22], data[22:]

net = [make_layer(3, 5), make_layer(5, 3)]
for epoch in range(1, 4001):
    total = 0.0
    for row in train:
        x, label = row[:-1], row[-1]
        target = [0] * 3
        target[label] = 1
        out = forward(net, x)
        total += sum((t - o) ** 2 for t, o in zip(target, out)) / 2
        backward(net, target)
        update(net, x, 0.25)
    if epoch % 400 == 0:
        print('>epoch=%d, lrate=0.25, error=%.4f' % (epoch, total))

good = sum(predict(net, r[:-1]) == r[-1] for r in test)
print('test:', good, 'of', len(test))
