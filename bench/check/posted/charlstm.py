# Char-level LSTM, numpy only, one sequence at a time, column vectors.
# Gate order in the big matrix: input, forget, output, candidate.
import numpy as np

np.random.seed(3)

text = ("the rain fell on the tin roof and the cat slept on. "
        "then the wind rose and the tin roof sang. ") * 6
chars = sorted(set(text))
c2i = {c: i for i, c in enumerate(chars)}
V = len(chars)
H = 40
T = 22
LR = 0.08

P = {
    'W': np.random.randn(4 * H, H + V) / np.sqrt(H + V),
    'b': np.zeros((4 * H, 1)),
    'Wy': np.random.randn(V, H) / np.sqrt(H),
    'by': np.zeros((V, 1)),
}
P['b'][H:2 * H] = 1.0      # forget gate open at the start


def sigm(z):
    return 1.0 / (1.0 + np.exp(-z))


def run(inputs, targets, h, c):
    """forward over one chunk, keep everything we need for the way back"""
    steps, loss = [], 0.0
    for ix, iy in zip(inputs, targets):
        x = np.zeros((V, 1))
        x[ix] = 1.0
        hx = np.vstack((h, x))
        z = P['W'] @ hx + P['b']
        i = sigm(z[:H])
        f = sigm(z[H:2 * H])
        o = sigm(z[2 * H:3 * H])
        g = np.tanh(z[3 * H:])
        c_old = c
        c = f * c_old + i * g
        tc = np.tanh(c)
        h = o * tc
        s = P['Wy'] @ h + P['by']
        p = np.exp(s - s.max())
        p /= p.sum()
        loss -= np.log(p[iy, 0])
        steps.append((hx, i, f, o, g, c_old, tc, h, p, iy))
    return loss, steps, h, c


def bptt(steps):
    G = {k: np.zeros_like(v) for k, v in P.items()}
    dh_next = np.zeros((H, 1))
    dc_next = np.zeros((H, 1))
    for hx, i, f, o, g, c_old, tc, h, p, iy in reversed(steps):
        ds = p.copy()
        ds[iy] -= 1.0
        G['Wy'] += ds @ h.T
        G['by'] += ds
        dh = P['Wy'].T @ ds + dh_next
        do = dh * tc * o * (1.0 - o)
        dc = dh * o * (1.0 - tc * tc) + dc_next
        di = dc * g * i * (1.0 - i)
        df = dc * c_old * f * (1.0 - f)
        dg = dc * i * (1.0 - g * g)
        dz = np.vstack((di, df, do, dg))
        G['W'] += dz @ hx.T
        G['b'] += dz
        dhx = P['W'].T @ dz
        dh_next = dhx[:H]
        dc_next = dc * f
    return G


def sample(seed, n):
    h, c = np.zeros((H, 1)), np.zeros((H, 1))
    out, ix = seed, c2i[seed]
    for _ in range(n):
        _, st, h, c = run([ix], [0], h, c)
        ix = int(np.argmax(st[0][8]))
        out += chars[ix]
    return out


if __name__ == '__main__':
    memory = {k: np.zeros_like(v) for k, v in P.items()}    # Adagrad
    pos, it = 0, 0
    h, c = np.zeros((H, 1)), np.zeros((H, 1))
    smooth = T * np.log(V)
    while it < 1500:
        if pos + T + 1 >= len(text):
            pos = 0
            h, c = np.zeros((H, 1)), np.zeros((H, 1))
        inp = [c2i[ch] for ch in text[pos:pos + T]]
        tgt = [c2i[ch] for ch in text[pos + 1:pos + T + 1]]
        loss, steps, h, c = run(inp, tgt, h, c)
        G = bptt(steps)
        for k in P:
            g = np.clip(G[k], -5, 5)
            memory[k] += g * g
            P[k] -= LR * g / np.sqrt(memory[k] + 1e-8)
        smooth = 0.98 * smooth + 0.02 * loss
        if it % 150 == 0:
            print('iter %4d  smooth loss %.3f' % (it, smooth))
        pos += T
        it += 1
    print(sample('t', 60))
