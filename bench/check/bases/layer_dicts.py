import numpy as np

rng = np.random.default_rng(88)

# name -> (function, slope as a function of z)
ACT = {
    'softplus': (lambda z: np.log(1 + np.exp(z)), lambda z: 1 / (1 + np.exp(-z))),
    'arctan': (np.arctan, lambda z: 1 / (1 + z ** 2)),
    'linear': (lambda z: z, lambda z: np.ones_like(z)),
}


def make_layer(n_in, n_out, act):
    return {'W': rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_out)), 'b': np.zeros(n_out), 'act': act}


def forward(layers, x):
    for layer in layers:
        layer['in'] = x
        layer['z'] = x @ layer['W'] + layer['b']
        layer['out'] = ACT[layer['act']][0](layer['z'])
        x = layer['out']
    return x


def backward(layers, upstream):
    for layer in layers[::-1]:
        slope = ACT[layer['act']][1]
        delta = upstream * slope(layer['z'])
        layer['dW'] = layer['in'].T @ delta
        layer['db'] = delta.sum(axis=0)
        upstream = delta @ layer['W'].T


def sgd(layers, lr):
    for layer in layers:
        layer['W'] -= lr * layer['dW']
        layer['b'] -= lr * layer['db']


X = rng.uniform(-2, 2, (40, 3))
T = np.column_stack([np.sin(X[:, 0]) * X[:, 1], np.abs(X[:, 2])])
layers = [make_layer(3, 10, 'softplus'), make_layer(10, 6, 'arctan'), make_layer(6, 2, 'linear')]
for epoch in range(200):
    y = forward(layers, X)
    loss = ((y - T) ** 2).sum() / (2 * len(X))
    backward(layers, (y - T) / len(X))
    sgd(layers, 0.1)
    if epoch % 40 == 0:
        print(f'{epoch:>4} {loss:.4f}')
