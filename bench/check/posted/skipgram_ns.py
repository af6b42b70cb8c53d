# word2vec, skip-gram + negative sampling, plain SGD, pair by pair
import numpy as np

rng = np.random.RandomState(12)

GROUPS = {
    "animal": ["cat", "dog", "horse", "sheep", "goat"],
    "fruit": ["apple", "pear", "plum", "cherry", "fig"],
    "metal": ["iron", "copper", "zinc", "lead", "tin"],
}
VERBS = {"animal": ["feeds", "chases", "pets"], "fruit": ["eats", "peels", "picks"], "metal": ["melts", "mines", "forges"]}
PLACES = {"animal": ["barn", "field"], "fruit": ["orchard", "kitchen"], "metal": ["foundry", "pit"]}


def corpus(n):
    for _ in range(n):
        g = rng.choice(list(GROUPS))
        a, b = rng.choice(GROUPS[g], 2, replace=False)
        yield ["she", rng.choice(VERBS[g]), "the", a, "and", b, "in", "the", rng.choice(PLACES[g])]


sentences = [list(map(str, s)) for s in corpus(420)]
stop = {"she", "the", "and", "in"}
sentences = [[w for w in s if w not in stop] for s in sentences]
vocab = sorted({w for s in sentences for w in s})
idx = {w: i for i, w in enumerate(vocab)}
counts = np.zeros(len(vocab))
for s in sentences:
    for w in s:
        counts[idx[w]] += 1
noise = counts ** 0.75
noise /= noise.sum()

DIM, NEG, WINDOW = 12, 4, 2
V_in = (rng.rand(len(vocab), DIM) - 0.5) / DIM
V_out = np.zeros((len(vocab), DIM))   # zeros are fine here (as in the C code)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def pair_grad(c, targets, labels):
    """loss = -sum( y log s + (1-y) log(1-s) ),  s = sigmoid(u_t . v_c)"""
    v = V_in[c]
    U = V_out[targets]
    s = sigmoid(U @ v)
    loss = -np.sum(labels * np.log(s + 1e-10) + (1 - labels) * np.log(1 - s + 1e-10))
    err = s - labels
    dv = err @ U
    dU = np.outer(err, v)
    return loss, dv, dU


def neighbours(word, k=4):
    E = V_in / np.linalg.norm(V_in, axis=1, keepdims=True)
    sim = E @ E[idx[word]]
    best = np.argsort(-sim)
    return [vocab[i] for i in best if vocab[i] != word][:k]


def main(epochs=4, lr0=0.08):
    total_pairs = None
    for ep in range(epochs):
        lr = lr0 * (1 - ep / epochs)
        total, n = 0.0, 0
        for si in rng.permutation(len(sentences)):
            s = sentences[si]
            for i, w in enumerate(s):
                for j in range(max(0, i - WINDOW), min(len(s), i + WINDOW + 1)):
                    if i == j:
                        continue
                    c, o = idx[w], idx[s[j]]
                    neg = rng.choice(len(vocab), NEG, p=noise)
                    neg = neg[neg != o]
                    targets = np.concatenate([[o], neg])
                    labels = np.zeros(len(targets))
                    labels[0] = 1.0
                    loss, dv, dU = pair_grad(c, targets, labels)
                    V_in[c] -= lr * dv
                    # the same negative may be drawn twice
                    np.subtract.at(V_out, targets, lr * dU)
                    total += loss
                    n += 1
        print("epoch %d  lr %.3f  mean pair loss %.4f" % (ep, lr, total / n))
    hit = tot = 0
    fam = {w: g for D in (GROUPS, VERBS, PLACES) for g in D for w in D[g]}
    for g, words in GROUPS.items():
        for w in words:
            near = neighbours(w)
            hit += sum(fam[x] == g for x in near)
            tot += len(near)
    for w in ("cat", "plum", "zinc"):
        print(w, "->", neighbours(w))
    print("neighbours from the same topic: %.2f" % (hit / tot))


if __name__ == "__main__":
    main()
