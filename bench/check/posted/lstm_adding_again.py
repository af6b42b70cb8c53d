# The "adding problem": a sequence of (value, flag) pairs, two flags are 1,
# the target is the sum of the two flagged values.  LSTM by hand, Adam by hand.
import numpy as np

np.random.seed(42)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class LSTM:
    def __init__(self, input_size, hidden_size):
        z = input_size + hidden_size
        self.H = hidden_size
        s = 1.0 / np.sqrt(z)
        self.p = {
            'Wf': np.random.uniform(-s, s, (z, hidden_size)), 'bf': np.ones(hidden_size),
            'Wi': np.random.uniform(-s, s, (z, hidden_size)), 'bi': np.zeros(hidden_size),
            'Wg': np.random.uniform(-s, s, (z, hidden_size)), 'bg': np.zeros(hidden_size),
            'Wo': np.random.uniform(-s, s, (z, hidden_size)), 'bo': np.zeros(hidden_size),
            'Wy': np.random.uniform(-s, s, (hidden_size, 1)), 'by': np.zeros(1),
        }

    def forward(self, x):
        # x: (T, B, input_size)
        T, B, _ = x.shape
        p = self.p
        h = np.zeros((B, self.H))
        c = np.zeros((B, self.H))
        self.steps = []
        for t in range(T):
            z = np.hstack([x[t], h])
            f = sigmoid(z @ p['Wf'] + p['bf'])
            i = sigmoid(z @ p['Wi'] + p['bi'])
            g = np.tanh(z @ p['Wg'] + p['bg'])
            o = sigmoid(z @ p['Wo'] + p['bo'])
            c_prev = c
            c = f * c_prev + i * g
            h = o * np.tanh(c)
            self.steps.append((z, f, i, g, o, c_prev, c))
        self.h_last = h
        return h @ p['Wy'] + p['by']

    def backward(self, dy):
        p = self.p
        grads = {k: np.zeros_like(v) for k, v in p.items()}
        grads['Wy'] = self.h_last.T @ dy
        grads['by'] = dy.sum(axis=0)
        dh = dy @ p['Wy'].T
        dc = np.zeros_like(dh)
        for z, f, i, g, o, c_prev, c in reversed(self.steps):
            tc = np.tanh(c)
            do = dh * tc
            dc = dc + dh * o * (1 - tc ** 2)
            df = dc * c_prev
            di = dc * g
            dg = dc * i

            df_raw = df * f * (1 - f)
            di_raw = di * i * (1 - i)
            dg_raw = dg * (1 - g ** 2)
            do_raw = do * o * (1 - o)

            dz = 0
            for name, d in (('f', df_raw), ('i', di_raw), ('g', dg_raw), ('o', do_raw)):
                grads['W' + name] += z.T @ d
                grads['b' + name] += d.sum(axis=0)
                dz = dz + d @ p['W' + name].T
            dh = dz[:, -self.H:]
            dc = dc * f
        return grads


def sample(batch, T):
    values = np.random.rand(T, batch)
    flags = np.zeros((T, batch))
    for b in range(batch):
        first, second = np.random.choice(T, 2, replace=False)
        flags[first, b] = flags[second, b] = 1
    target = (values * flags).sum(axis=0).reshape(-1, 1)
    return np.stack([values, flags], axis=2), target


net = LSTM(2, 16)
m = {k: np.zeros_like(v) for k, v in net.p.items()}
v = {k: np.zeros_like(w) for k, w in net.p.items()}
lr, b1, b2, eps = 0.01, 0.9, 0.999, 1e-8

T, batch = 8, 32
avg = None
for it in range(1, 1801):
    x, y = sample(batch, T)
    out = net.forward(x)
    loss = np.mean((out - y) ** 2)
    grads = net.backward(2 * (out - y) / batch)
    for k in net.p:
        m[k] = b1 * m[k] + (1 - b1) * grads[k]
        v[k] = b2 * v[k] + (1 - b2) * grads[k] ** 2
        mh = m[k] / (1 - b1 ** it)
        vh = v[k] / (1 - b2 ** it)
        net.p[k] -= lr * mh / (np.sqrt(vh) + eps)
    avg = loss if avg is None else 0.97 * avg + 0.03 * loss
    if it == 1 or it % 200 == 0:
        print(f"step {it:5d}  mse {avg:.5f}")

x, y = sample(5, T)
print("want", y.ravel().round(2))
print("got ", net.forward(x).ravel().round(2))
