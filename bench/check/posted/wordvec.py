"""Skip-gram with negative sampling on a toy corpus.
I only want to see that similar words end up next to each other."""
import numpy as np

np.random.seed(0)

animals = "cat dog horse cow".split()
fruits = "apple pear plum grape".split()
tools = "hammer saw drill wrench".split()
templates = [
    ("the {} eats grass and sleeps outside", animals),
    ("my {} runs and sleeps", animals),
    ("a ripe {} tastes sweet", fruits),
    ("she bakes a sweet cake with {}", fruits),
    ("he repairs the roof with a {}", tools),
    ("put the {} into the box", tools),
]

corpus = []
for _ in range(400):
    t, words = templates[np.random.randint(len(templates))]
    corpus.append(t.format(np.random.choice(words)).split())

vocab = sorted({w for s in corpus for w in s})
w2i = {w: i for i, w in enumerate(vocab)}
V, D = len(vocab), 10
WINDOW, NEG = 2, 4

counts = np.zeros(V)
for s in corpus:
    for w in s:
        counts[w2i[w]] += 1
noise = counts ** 0.75
noise /= noise.sum()

Win = (np.random.rand(V, D) - 0.5) / D
Wout = np.random.randn(V, D) * 0.05

pairs = []
for s in corpus:
    ids = [w2i[w] for w in s]
    for i, c in enumerate(ids):
        for j in range(max(0, i - WINDOW), min(len(ids), i + WINDOW + 1)):
            if j != i:
                pairs.append((c, ids[j]))
pairs = np.array(pairs)


def sigm(x):
    return 1.0 / (1.0 + np.exp(-x))


def train_pair(c, o, negs, lr):
    v = Win[c].copy()
    grad_v = np.zeros(D)

    # positive pair, label 1
    g = sigm(Wout[o] @ v) - 1
    grad_v += g * Wout[o]
    Wout[o] -= lr * g * v

    # noise words, label 0
    for k in negs:
        g = sigm(Wout[k] @ v)
        grad_v += g * Wout[k]
        Wout[k] -= lr * g * v

    Win[c] -= lr * grad_v


def neighbours(w, n=3):
    E = Win / np.linalg.norm(Win, axis=1, keepdims=True)
    sim = E @ E[w2i[w]]
    best = np.argsort(-sim)[1:n + 1]
    return [(vocab[b], round(float(sim[b]), 2)) for b in best]


EPOCHS = 8
lr0 = 0.08
for epoch in range(EPOCHS):
    lr = lr0 * (1 - epoch / EPOCHS)
    np.random.shuffle(pairs)
    for c, o in pairs:
        negs = np.random.choice(V, NEG, p=noise)
        negs = set(negs[negs != o])
        train_pair(c, o, negs, lr)
    print("epoch", epoch + 1, "cat ->", neighbours("cat"))

for w in ["dog", "plum", "saw"]:
    print(w, neighbours(w))
