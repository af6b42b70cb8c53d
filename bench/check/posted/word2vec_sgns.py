# word2vec: skip-gram with negative sampling, toy corpus
import numpy as np
import random
from collections import Counter

random.seed(100)
np.random.seed(100)

templates = [
    "the {r} sits on the throne in the castle",
    "the {r} wears a golden crown in the castle",
    "the {a} eats food in the garden",
    "the {a} runs and sleeps in the garden",
    "people buy {f} at the market in town",
    "people cook {f} for dinner in town",
]
words_for = {"r": ["king", "queen", "prince"], "a": ["dog", "cat", "rabbit"], "f": ["apples", "carrots", "onions"]}
sentences = []
for _ in range(150):
    t = random.choice(templates)
    sentences.append(t.format(**{k: random.choice(v) for k, v in words_for.items()}).split())

stop = {"the", "in", "on", "at", "a", "and", "for"}
sentences = [[w for w in s if w not in stop] for s in sentences]
counts = Counter(w for s in sentences for w in s)
vocab = sorted(counts)
word2id = {w: i for i, w in enumerate(vocab)}
V, D, K, WINDOW = len(vocab), 10, 4, 2

noise = np.array([counts[w] ** 0.75 for w in vocab])
noise /= noise.sum()

W_in = (np.random.rand(V, D) - 0.5) / D
W_out = np.zeros((V, D))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def training_pairs():
    for s in random.sample(sentences, len(sentences)):
        ids = [word2id[w] for w in s]
        for pos, center in enumerate(ids):
            for ctx in range(max(0, pos - WINDOW), min(len(ids), pos + WINDOW + 1)):
                if ctx != pos:
                    yield center, ids[ctx]


def pair_gradients(center, targets, labels):
    """targets[0] is the true context word, the others are noise words"""
    v = W_in[center]
    U = W_out[targets]                     # (K+1, D)
    score = sigmoid(U @ v)
    loss = -np.sum(labels * np.log(score + 1e-10) + (1 - labels) * np.log(1 - score + 1e-10))
    err = score - labels
    grad_v = err @ U
    grad_U = np.outer(err, v)
    return loss, grad_v, grad_U


labels = np.zeros(K + 1)
labels[0] = 1
lr0 = 0.08
n_epochs = 8
negatives = np.random.choice(V, size=200000, p=noise)
ptr = 0
for epoch in range(n_epochs):
    lr = lr0 * (1 - epoch / n_epochs)
    total, n = 0.0, 0
    for center, ctx in training_pairs():
        neg = negatives[ptr:ptr + K]
        ptr = (ptr + K) % (len(negatives) - K)
        targets = np.concatenate([[ctx], neg])
        loss, grad_v, grad_U = pair_gradients(center, targets, labels)
        W_in[center] -= lr * grad_v
        np.subtract.at(W_out, targets, lr * grad_U)
        total += loss
        n += 1
    print("epoch", epoch, "avg loss", round(total / n, 4))


def most_similar(word, topn=3):
    norm = W_in / np.linalg.norm(W_in, axis=1, keepdims=True)
    sims = norm @ norm[word2id[word]]
    best = np.argsort(-sims)
    return [(vocab[i], round(float(sims[i]), 2)) for i in best if vocab[i] != word][:topn]


for w in ["king", "cat", "onions"]:
    print(w, "->", most_similar(w))
