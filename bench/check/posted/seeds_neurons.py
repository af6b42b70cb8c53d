"""Backprop from scratch, list-of-neurons version.
Each layer is a list of dicts, each dict is one neuron.
Made-up 'seeds' data: 3 varieties, 4 measurements."""
from random import seed, gauss, random, shuffle
from math import exp


def make_seeds(n_each):
    centres = [(5.1, 2.9, 0.85, 3.3), (6.2, 3.6, 0.90, 2.4), (4.6, 2.5, 0.80, 5.0)]
    rows = []
    for label, c in enumerate(centres):
        for _ in range(n_each):
            rows.append([gauss(m, s) for m, s in zip(c, (0.35, 0.2, 0.015, 0.6))] + [label])
    shuffle(rows)
    return rows


def min_max(rows):
    cols = list(zip(*rows))
    return [[min(c), max(c)] for c in cols]


def normalise(rows, mm):
    for row in rows:
        for i in range(len(row) - 1):
            row[i] = (row[i] - mm[i][0]) / (mm[i][1] - mm[i][0])


def initialize_network(n_inputs, n_hidden, n_outputs):
    network = []
    network.append([{'weights': [random() - 0.5 for _ in range(n_inputs + 1)]} for _ in range(n_hidden)])
    network.append([{'weights': [random() - 0.5 for _ in range(n_hidden + 1)]} for _ in range(n_outputs)])
    return network


def activate(weights, inputs):
    a = weights[-1]
    for i in range(len(weights) - 1):
        a += weights[i] * inputs[i]
    return a


def forward_propagate(network, row):
    inputs = row
    for layer in network:
        new_inputs = []
        for neuron in layer:
            neuron['output'] = 1.0 / (1.0 + exp(-activate(neuron['weights'], inputs)))
            new_inputs.append(neuron['output'])
        inputs = new_inputs
    return inputs


def transfer_derivative(output):
    return output * (1.0 - output)


def backward_propagate_error(network, expected):
    for i in reversed(range(len(network))):
        layer = network[i]
        errors = []
        if i != len(network) - 1:
            for j in range(len(layer)):
                error = 0.0
                for neuron in network[i + 1]:
                    error += neuron['weights'][j] * neuron['delta']
                errors.append(error)
        else:
            for j, neuron in enumerate(layer):
                errors.append(neuron['output'] - expected[j])
        for j, neuron in enumerate(layer):
            neuron['delta'] = errors[j] * transfer_derivative(neuron['output'])


def update_weights(network, row, l_rate):
    for i in range(len(network)):
        inputs = row[:-1]
        if i != 0:
            inputs = [neuron['output'] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron['weights'][j] -= l_rate * neuron['delta'] * inputs[j]
            neuron['weights'][-1] -= l_rate * neuron['delta']


def train_network(network, train, l_rate, n_epoch, n_outputs):
    for epoch in range(n_epoch):
        sum_error = 0
        shuffle(train)
        for row in train:
            outputs = forward_propagate(network, row)
            expected = [0 for _ in range(n_outputs)]
            expected[row[-1]] = 1
            sum_error += sum((e - o) ** 2 for e, o in zip(expected, outputs))
            backward_propagate_error(network, expected)
            update_weights(network, row, l_rate)
        if epoch % 10 == 0 or epoch == n_epoch - 1:
            print('>epoch=%d, lrate=%.3f, error=%.3f' % (epoch, l_rate, sum_error))


def predict(network, row):
    outputs = forward_propagate(network, row)
    return outputs.index(max(outputs))


if __name__ == '__main__':
    seed(1)
    dataset = make_seeds(60)
    normalise(dataset, min_max(dataset[:130]))
    train, test = dataset[:130], dataset[130:]
    network = initialize_network(4, 5, 3)
    train_network(network, train, 0.3, 60, 3)
    hits = sum(predict(network, r) == r[-1] for r in test)
    print('test accuracy: %.1f%%' % (100.0 * hits / len(test)))
