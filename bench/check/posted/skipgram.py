#!/usr/bin/env python3
# word2vec (skip-gram with negative sampling) in plain python, just to see how it works
import math
import random

random.seed(99)

CORPUS = """
the king rules the castle with the queen
the queen rules the castle with the king
the prince lives in the castle with the king
the princess lives in the castle with the queen
the dog chases the cat in the garden
the cat chases the mouse in the garden
the mouse eats the cheese in the kitchen
the cat drinks the milk in the kitchen
the dog eats the bone in the garden
the king drinks the wine in the castle
the queen drinks the wine in the castle
the cook makes the soup in the kitchen
the cook makes the bread in the kitchen
the prince eats the bread with the princess
the princess eats the soup with the prince
"""

DIM = 12
WINDOW = 2
NEGATIVES = 4
EPOCHS = 400
LR = 0.04

sentences = [[w for w in line.split() if w not in ("the", "in", "with")]
             for line in CORPUS.strip().splitlines()]
vocab = sorted({w for s in sentences for w in s})
index = {w: i for i, w in enumerate(vocab)}
counts = [0] * len(vocab)
for s in sentences:
    for w in s:
        counts[index[w]] += 1
noise_weights = [c ** 0.75 for c in counts]

vec_in = [[random.uniform(-0.5, 0.5) / DIM * 4 for _ in range(DIM)] for _ in vocab]
vec_out = [[random.uniform(-0.5, 0.5) / DIM * 4 for _ in range(DIM)] for _ in vocab]


def sigmoid(x):
    if x < -30:
        return 1e-13
    return 1.0 / (1.0 + math.exp(-x))


def training_pairs():
    pairs = []
    for s in sentences:
        for pos, w in enumerate(s):
            for other in range(max(0, pos - WINDOW), min(len(s), pos + WINDOW + 1)):
                if other != pos:
                    pairs.append((index[w], index[s[other]]))
    return pairs


def draw_negatives(k, forbidden):
    result = []
    while len(result) < k:
        n = random.choices(range(len(vocab)), weights=noise_weights)[0]
        if n != forbidden and n not in result:
            result.append(n)
    return result


def train_pair(center, context, negatives, lr):
    """One SGD step. Returns the loss of this pair before the step."""
    v = vec_in[center]
    grad_v = [0.0] * DIM
    loss = 0.0
    for word, label in [(context, 1)] + [(n, 0) for n in negatives]:
        u = vec_out[word]
        score = sum(a * b for a, b in zip(v, u))
        p = sigmoid(score)
        loss -= math.log(p) if label == 1 else math.log(1.0 - p + 1e-13)
        g = p - label
        for k in range(DIM):
            grad_v[k] += g * u[k]
            u[k] -= lr * g * v[k]
    for k in range(DIM):
        v[k] -= lr * grad_v[k]
    return loss


def cosine(a, b):
    dot = sum(x * y for x, y in zip(a, b))
    return dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def neighbours(word, n=3):
    me = vec_in[index[word]]
    ranked = sorted(((cosine(me, vec_in[index[w]]), w) for w in vocab if w != word), reverse=True)
    return ", ".join("%s %.2f" % (w, c) for c, w in ranked[:n])


pairs = training_pairs()
print(len(vocab), "words,", len(pairs), "pairs")
for epoch in range(EPOCHS):
    random.shuffle(pairs)
    lr = LR * (1 - 0.8 * epoch / EPOCHS)
    total = 0.0
    for center, context in pairs:
        total += train_pair(center, context, draw_negatives(NEGATIVES, context), lr)
    if epoch % 50 == 0 or epoch == EPOCHS - 1:
        print("epoch %3d  avg loss %.4f" % (epoch, total / len(pairs)))

for w in ("king", "prince", "cat", "soup"):
    print(w, "->", neighbours(w))
