"""Embedding + vanilla RNN for the sentiment of tiny sentences (negation matters)."""
import numpy as np

rng = np.random.RandomState(8)

SUBJ = ["the movie", "this film", "the plot", "the acting"]
ADV = ["", "very", "really", "so so"]
POS = ["good", "great", "lovely"]
NEG = ["bad", "awful", "boring"]


def make_sentence():
    adj_positive = rng.rand() < 0.5
    negated = rng.rand() < 0.5
    words = SUBJ[rng.randint(4)].split() + ["was"]
    if negated:
        words.append("not")
    words += ADV[rng.randint(4)].split()
    words.append((POS if adj_positive else NEG)[rng.randint(3)])
    return words, float(adj_positive != negated)


data = [make_sentence() for _ in range(200)]
vocab = sorted({w for s, _ in data for w in s})
w2i = {w: i for i, w in enumerate(vocab)}
data = [(np.array([w2i[w] for w in s]), t) for s, t in data]
train, test = data[:150], data[150:]

V, E, H = len(vocab), 8, 12
params = {
    "emb": rng.randn(V, E) * 0.3,
    "Wx": rng.randn(H, E) * 0.3,
    "Wh": rng.randn(H, H) * 0.3,
    "bh": np.zeros(H),
    "wo": rng.randn(H) * 0.3,
    "bo": np.zeros(1),
}


def forward(p, ids):
    x = p["emb"][ids]
    hs = [np.zeros(H)]
    for t in range(len(ids)):
        hs.append(np.tanh(p["Wx"] @ x[t] + p["Wh"] @ hs[-1] + p["bh"]))
    # mean pooling over the time steps, plus the last state
    feat = hs[-1] + np.mean(hs[1:], axis=0)
    prob = 1 / (1 + np.exp(-(p["wo"] @ feat + p["bo"][0])))
    return x, hs, feat, prob


def bce(prob, y):
    return -(y * np.log(prob + 1e-12) + (1 - y) * np.log(1 - prob + 1e-12))


def backward(p, ids, y, cache):
    x, hs, feat, prob = cache
    T = len(ids)
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dlogit = prob - y
    g["wo"] = dlogit * feat
    g["bo"][0] = dlogit
    dfeat = dlogit * p["wo"]
    dx = np.zeros_like(x)
    dh_next = dfeat.copy()
    for t in reversed(range(T)):
        dh = dfeat / T + dh_next
        dz = dh * (1 - hs[t + 1] ** 2)
        g["Wx"] += np.outer(dz, x[t])
        g["Wh"] += np.outer(dz, hs[t])
        g["bh"] += dz
        dx[t] = p["Wx"].T @ dz
        dh_next = p["Wh"].T @ dz
    np.add.at(g["emb"], ids, dx)
    return g


def evaluate(p, rows):
    return np.mean([(forward(p, ids)[-1] > 0.5) == (y > 0.5) for ids, y in rows])


if __name__ == "__main__":
    lr = 0.05
    for epoch in range(41):
        total = 0.0
        for k in rng.permutation(len(train)):
            ids, y = train[k]
            cache = forward(params, ids)
            total += bce(cache[-1], y)
            grads = backward(params, ids, y, cache)
            for name in params:
                np.clip(grads[name], -5, 5, out=grads[name])
                params[name] -= lr * grads[name]
        if epoch % 5 == 0:
            print("epoch %2d  loss %.4f  train %.3f  test %.3f" % (
                epoch, total / len(train), evaluate(params, train), evaluate(params, test)))
