import numpy as np

""" the 8-3-8 problem: squeeze one of eight through three units.
momentum, weights are changed after every single pattern """

prng = np.random.RandomState(838)


class Layer():
    def __init__(self, n_in, n_out):
        self.W = prng.uniform(-0.5, 0.5, (n_out, n_in))
        self.b = prng.uniform(-0.5, 0.5, n_out)
        self.lastW = np.zeros((n_out, n_in))
        self.lastb = np.zeros(n_out)

    def __call__(self, inp):
        self.inp = inp
        self.out = 1 / (1 + np.exp(-(np.dot(self.W, inp) + self.b)))
        return self.out

    def back(self, err):
        delta = err * self.out * (1 - self.out)
        self.dW = np.outer(delta, self.inp)
        self.db = delta
        return np.dot(delta, self.W)

    def learn(self, eta, mu):
        self.lastW = eta * self.dW + mu * self.lastW
        self.lastb = eta * self.db + mu * self.lastb
        self.W += self.lastW
        self.b += self.lastb


enc, dec = Layer(8, 3), Layer(3, 8)
patterns = np.identity(8)

for sweep in range(1, 301):
    sse = 0.0
    for p in prng.permutation(8):
        want = patterns[p]
        code = enc(want)
        got = dec(code)
        loss = ((want - got) ** 2).sum()
        sse += loss
        err = dec.back(want - got)
        enc.back(err)
        dec.learn(0.5, 0.7)
        enc.learn(0.5, 0.7)
    if sweep % 100 == 0:
        print('sweep', sweep, 'sum of squared errors', sse)

for p in patterns:
    print(np.argmax(p), '->', np.round(enc(p), 1), '->', np.argmax(dec(enc(p))))
