"""
Vanilla RNN that invents first names, character by character.
(same idea as min-char-rnn, but one whole name = one training sequence)
"""
import numpy as np

names = """anna hanna johanna susanna marianna joanna diana adriana ariana juliana
mario dario ilario rosario marino martino valentino agostino
robert albert herbert norbert gilbert hubert
melina carolina martina valentina karolina alina""".split()

END = "."
chars = sorted(set("".join(names)) | {END})
ix = {c: i for i, c in enumerate(chars)}
V, H = len(chars), 40
rng = np.random.RandomState(8)

model = dict(
    Wxh=rng.randn(H, V) * 0.1,
    Whh=rng.randn(H, H) * 0.1,
    Why=rng.randn(V, H) * 0.1,
    bh=np.zeros((H, 1)),
    by=np.zeros((V, 1)),
)


def onehot(i):
    v = np.zeros((V, 1))
    v[i] = 1
    return v


def loss_and_grads(word):
    # input:  . a n n a     target: a n n a .
    inp = [ix[c] for c in END + word]
    tgt = [ix[c] for c in word + END]
    xs, hs, ps = {}, {-1: np.zeros((H, 1))}, {}
    loss = 0
    for t in range(len(inp)):
        xs[t] = onehot(inp[t])
        hs[t] = np.tanh(model["Wxh"] @ xs[t] + model["Whh"] @ hs[t - 1] + model["bh"])
        y = model["Why"] @ hs[t] + model["by"]
        e = np.exp(y - np.max(y))
        ps[t] = e / e.sum()
        loss += -np.log(ps[t][tgt[t], 0])

    g = {k: np.zeros_like(v) for k, v in model.items()}
    dhnext = np.zeros((H, 1))
    for t in reversed(range(len(inp))):
        dy = ps[t].copy()
        dy[tgt[t]] -= 1
        g["Why"] += dy @ hs[t].T
        g["by"] += dy
        dh = model["Why"].T @ dy + dhnext
        draw = (1 - hs[t] ** 2) * dh
        g["bh"] += draw
        g["Wxh"] += draw @ xs[t].T
        g["Whh"] += draw @ hs[t - 1].T
        dhnext = model["Whh"].T @ draw
    return loss, g


def clip(g, max_norm=5.0):
    norm = np.sqrt(sum((v ** 2).sum() for v in g.values()))
    if norm > max_norm:
        for v in g.values():
            v *= max_norm / norm


def sample(n_max=12):
    h, i, out = np.zeros((H, 1)), ix[END], ""
    while len(out) < n_max:
        h = np.tanh(model["Wxh"] @ onehot(i) + model["Whh"] @ h + model["bh"])
        p = np.exp(model["Why"] @ h + model["by"]).ravel()
        i = rng.choice(V, p=p / p.sum())
        if chars[i] == END:
            break
        out += chars[i]
    return out


memory = {k: np.zeros_like(v) for k, v in model.items()}   # adagrad
lr = 0.08
smooth = -np.log(1 / V)

for it in range(4001):
    word = names[rng.randint(len(names))]
    loss, g = loss_and_grads(word)
    clip(g)
    smooth = 0.99 * smooth + 0.01 * loss / (len(word) + 1)
    for k in model:
        memory[k] += g[k] * g[k]
        model[k] -= lr * g[k] / np.sqrt(memory[k] + 1e-8)
    if it % 500 == 0:
        print(it, "loss per char %.3f" % smooth, " samples:", ", ".join(sample() for _ in range(4)))
