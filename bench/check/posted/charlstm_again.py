"""
Character level LSTM, one layer, batch size 1, written to understand BPTT.
The four gates live in ONE matrix, order of the rows: input, forget, output, candidate.
"""
import numpy as np

np.random.seed(42)

data = ("the cat sat on the mat. the dog sat on the log. "
        "the cat saw the dog and the dog saw the cat. ") * 6
chars = sorted(set(data))
V = len(chars)
ix = {c: i for i, c in enumerate(chars)}

H = 32          # hidden size
T = 24          # unroll length
lr = 0.1

W = np.random.randn(4 * H, H + V) / np.sqrt(H + V)
b = np.zeros((4 * H, 1))
b[H:2 * H] = 1.0                       # forget gate bias
Wy = np.random.randn(V, H) / np.sqrt(H)
by = np.zeros((V, 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def onehot(i):
    v = np.zeros((V, 1))
    v[i] = 1
    return v


def lossfun(inputs, targets, h, c):
    """inputs, targets: lists of ints; h, c: (H,1) state carried over from the last chunk"""
    cache = []
    loss = 0
    for t in range(len(inputs)):
        hx = np.vstack((h, onehot(inputs[t])))
        a = W @ hx + b
        i, f, o = sigmoid(a[:H]), sigmoid(a[H:2 * H]), sigmoid(a[2 * H:3 * H])
        g = np.tanh(a[3 * H:])
        c_prev = c
        c = f * c_prev + i * g
        tc = np.tanh(c)
        h = o * tc
        y = Wy @ h + by
        p = np.exp(y - y.max())
        p /= p.sum()
        loss += -np.log(p[targets[t], 0])
        cache.append((hx, i, f, o, g, c_prev, tc, h, p))

    # backward pass
    dW, db, dWy, dby = [np.zeros_like(m) for m in (W, b, Wy, by)]
    dh_next = np.zeros((H, 1))
    dc_next = np.zeros((H, 1))
    for t in reversed(range(len(inputs))):
        hx, i, f, o, g, c_prev, tc, h_t, p = cache[t]
        dy = p.copy()
        dy[targets[t]] -= 1
        dWy += dy @ h_t.T
        dby += dy
        dh = Wy.T @ dy + dh_next
        dc = dh * o * (1 - tc ** 2) + dc_next
        do = dh * tc
        di = dc * g
        df = dc * c_prev
        dg = dc * i
        da = np.vstack((di * i * (1 - i),
                        df * f * (1 - f),
                        do * o * (1 - o),
                        dg * (1 - g ** 2)))
        dW += da @ hx.T
        db += da
        dh_next = (W.T @ da)[:H]
        dc_next = dc * f
    return loss, (dW, db, dWy, dby), h, c


def sample(h, c, seed, n):
    out = [seed]
    for _ in range(n):
        a = W @ np.vstack((h, onehot(out[-1]))) + b
        i, f, o = sigmoid(a[:H]), sigmoid(a[H:2 * H]), sigmoid(a[2 * H:3 * H])
        c = f * c + i * np.tanh(a[3 * H:])
        h = o * np.tanh(c)
        y = Wy @ h + by
        out.append(int(np.argmax(y)))
    return "".join(chars[k] for k in out)


if __name__ == "__main__":
    params = (W, b, Wy, by)
    mem = [np.zeros_like(m) for m in params]      # adagrad memory
    h = c = np.zeros((H, 1))
    pos = 0
    smooth = np.log(V) * T
    for n in range(1501):
        if pos + T + 1 >= len(data):
            h = c = np.zeros((H, 1))
            pos = 0
        inp = [ix[ch] for ch in data[pos:pos + T]]
        tgt = [ix[ch] for ch in data[pos + 1:pos + T + 1]]
        loss, grads, h, c = lossfun(inp, tgt, h, c)
        smooth = 0.98 * smooth + 0.02 * loss
        for p_, g_, m_ in zip(params, grads, mem):
            g_ = np.clip(g_, -5, 5)
            m_ += g_ * g_
            p_ -= lr * g_ / np.sqrt(m_ + 1e-8)
        pos += T
        if n % 250 == 0:
            print("iter", n, "loss", round(smooth / T, 4))
            print("   ", sample(np.zeros((H, 1)), np.zeros((H, 1)), ix["t"], 60))
