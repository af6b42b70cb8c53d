import numpy as np

rs = np.random.RandomState(96)


class Layer:
    params = {}
    grads = {}


class Linear(Layer):
    def __init__(self, n_in, n_out):
        self.params = {'W': rs.normal(0, np.sqrt(2 / n_in), (n_in, n_out)), 'b': np.zeros((1, n_out))}

    def forward(self, x, train):
        self.x = x
        return x @ self.params['W'] + self.params['b']

    def backward(self, g):
        self.grads = {'W': self.x.T @ g, 'b': g.sum(axis=0, keepdims=True)}
        return g @ self.params['W'].T


class BatchNorm(Layer):
    def __init__(self, width, momentum=0.9):
        self.params = {'gamma': np.ones((1, width)), 'beta': np.zeros((1, width))}
        self.running_mean, self.running_var = np.zeros((1, width)), np.ones((1, width))
        self.momentum = momentum

    def forward(self, x, train):
        if train:
            mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.inv_std = 1 / np.sqrt(var + 1e-5)
        self.x_hat = (x - mean) * self.inv_std
        return self.params['gamma'] * self.x_hat + self.params['beta']

    def backward(self, g):
        n = len(g)
        self.grads = {'gamma': np.sum(g * self.x_hat, axis=0, keepdims=True),
                      'beta': np.sum(g, axis=0, keepdims=True)}
        d_hat = g * self.params['gamma']
        centred = n * d_hat - d_hat.sum(axis=0)
        return self.inv_std / n * (centred - self.x_hat * np.sum(d_hat * self.x_hat, axis=0))


class ReLU(Layer):
    def forward(self, x, train):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


X = np.vstack([rs.normal(loc, 0.8, (25, 2)) * [1, 20] for loc in ([-1, 0], [1, 0.5], [0, -1.5])])
onehot = np.repeat(np.eye(3), 25, axis=0)
net = [Linear(2, 7), BatchNorm(7), ReLU(), Linear(7, 5), BatchNorm(5), ReLU(), Linear(5, 3)]
velocity = [{key: np.zeros_like(value) for key, value in layer.params.items()} for layer in net]

for epoch in range(60):
    out = X
    for layer in net:
        out = layer.forward(out, train=True)
    out = out - out.max(axis=1, keepdims=True)
    log_p = out - np.log(np.exp(out).sum(axis=1, keepdims=True))
    loss = -np.mean(np.sum(onehot * log_p, axis=1))
    grad = (np.exp(log_p) - onehot) / len(X)
    for layer in net[::-1]:
        grad = layer.backward(grad)
    for layer, v in zip(net, velocity):
        for key in layer.params:
            v[key] = 0.9 * v[key] + layer.grads[key]
            layer.params[key] -= 0.05 * v[key]
    if epoch % 15 == 0:
        print('epoch', epoch, 'loss', loss)

out = X
for layer in net:
    out = layer.forward(out, train=False)
print('accuracy with the running averages:', np.mean(out.argmax(axis=1) == onehot.argmax(axis=1)))
