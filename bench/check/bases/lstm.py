import numpy as np

np.random.seed(12)
hidden, features, length = 4, 2, 5
z_size = hidden + features
sequence = np.random.uniform(-1, 1, (length, features, 1))
answer = 0.4


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Cell:
    def __init__(self):
        self.Wf = np.random.randn(hidden, z_size) * 0.3
        self.Wi = np.random.randn(hidden, z_size) * 0.3
        self.Wc = np.random.randn(hidden, z_size) * 0.3
        self.Wo = np.random.randn(hidden, z_size) * 0.3
        self.bf = np.ones((hidden, 1))
        self.bi = np.zeros((hidden, 1))
        self.bc = np.zeros((hidden, 1))
        self.bo = np.zeros((hidden, 1))
        self.Wy = np.random.randn(1, hidden) * 0.3

    def forward(self, xs):
        self.steps = []
        h, c = np.zeros((hidden, 1)), np.zeros((hidden, 1))
        for x in xs:
            z = np.vstack((h, x))
            f = sigmoid(self.Wf @ z + self.bf)
            i = sigmoid(self.Wi @ z + self.bi)
            g = np.tanh(self.Wc @ z + self.bc)
            o = sigmoid(self.Wo @ z + self.bo)
            c_new = f * c + i * g
            h = o * np.tanh(c_new)
            self.steps.append((z, f, i, g, o, c, c_new))
            c = c_new
        self.h = h
        return (self.Wy @ h)[0, 0]

    def backward(self, error):
        grads = {name: np.zeros_like(getattr(self, name)) for name in ('Wf', 'Wi', 'Wc', 'Wo', 'bf', 'bi', 'bc', 'bo')}
        grads['Wy'] = error * self.h.T
        dh = error * self.Wy.T
        dc = np.zeros((hidden, 1))
        for z, f, i, g, o, c_prev, c in reversed(self.steps):
            tc = np.tanh(c)
            do = dh * tc * o * (1 - o)
            dc = dc + dh * o * (1 - tc ** 2)
            df = dc * c_prev * f * (1 - f)
            di = dc * g * i * (1 - i)
            dg = dc * i * (1 - g ** 2)
            for name, d in (('f', df), ('i', di), ('c', dg), ('o', do)):
                grads['W' + name] += d @ z.T
                grads['b' + name] += d
            dz = self.Wf.T @ df + self.Wi.T @ di + self.Wc.T @ dg + self.Wo.T @ do
            dh = dz[:hidden]
            dc = dc * f
        return grads


cell = Cell()
for step in range(150):
    y = cell.forward(sequence)
    loss = 0.5 * (y - answer) ** 2
    grads = cell.backward(y - answer)
    for name in grads:
        setattr(cell, name, getattr(cell, name) - 0.1 * grads[name])
    if step % 50 == 0:
        print(step, loss)
