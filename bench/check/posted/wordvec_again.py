# skip-gram with negative sampling on a made-up pet/vehicle language
# prints neighbours only, the loss is not that telling here
import numpy as np

rng = np.random.default_rng(1)

animals = "cat dog horse goat hen".split()
machines = "car van tram bike truck".split()
doing_a = "eats sleeps drinks breathes".split()
doing_m = "rusts brakes honks skids".split()
places_a = "barn meadow stable".split()
places_m = "garage street tunnel".split()

sentences = []
for _ in range(400):
    if rng.random() < 0.5:
        s = [rng.choice(animals), rng.choice(doing_a), "in", "the", rng.choice(places_a)]
    else:
        s = [rng.choice(machines), rng.choice(doing_m), "in", "the", rng.choice(places_m)]
    sentences.append([str(w) for w in s])

vocab = sorted({w for s in sentences for w in s})
word2id = {w: i for i, w in enumerate(vocab)}
n_words, dim, window, n_neg = len(vocab), 12, 2, 4

pairs = []
for s in sentences:
    ids = [word2id[w] for w in s]
    for i, c in enumerate(ids):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if j != i:
                pairs.append((c, ids[j]))
pairs = np.array(pairs)

counts = np.bincount(pairs[:, 1], minlength=n_words) ** 0.75
noise = counts / counts.sum()

W_in = rng.uniform(-0.5, 0.5, (n_words, dim)) / dim
W_out = rng.uniform(-0.5, 0.5, (n_words, dim)) / dim


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def loss_of(centre, context, negative):
    v = W_in[centre]
    pos = np.sum(v * W_out[context], axis=1)
    neg = np.einsum("bd,bkd->bk", v, W_out[negative])
    return -(np.log(sigmoid(pos)).sum() + np.log(sigmoid(-neg)).sum())


def train_step(centre, context, negative, lr):
    v = W_in[centre]                         # (B, d)
    u = W_out[context]                       # (B, d)
    un = W_out[negative]                     # (B, k, d)
    pos = np.sum(v * u, axis=1)
    neg = np.einsum("bd,bkd->bk", v, un)

    g_pos = sigmoid(pos) - 1.0               # should be pulled up to 1
    g_neg = sigmoid(neg)                     # should be pushed down to 0

    dv = g_pos[:, None] * u + np.einsum("bk,bkd->bd", g_neg, un)
    du = g_pos[:, None] * v
    dun = g_neg[:, :, None] * v[:, None, :]

    # the same word turns up many times in one batch
    np.add.at(W_in, centre, -lr * dv)
    np.add.at(W_out, context, -lr * du)
    np.add.at(W_out, negative, -lr * dun)


def neighbours(word, k=4):
    E = W_in / np.linalg.norm(W_in, axis=1, keepdims=True)
    sim = E @ E[word2id[word]]
    best = [i for i in np.argsort(-sim) if i != word2id[word]][:k]
    return ", ".join(f"{vocab[i]} {sim[i]:.2f}" for i in best)


epochs, batch = 15, 32
for epoch in range(epochs):
    lr = 0.05 * (1 - epoch / epochs) + 0.005
    rng.shuffle(pairs)
    for s in range(0, len(pairs), batch):
        chunk = pairs[s:s + batch]
        neg = rng.choice(n_words, size=(len(chunk), n_neg), p=noise)
        train_step(chunk[:, 0], chunk[:, 1], neg, lr)

for w in ("cat", "truck", "eats", "rusts", "garage"):
    print(f"{w:8s} -> {neighbours(w)}")
