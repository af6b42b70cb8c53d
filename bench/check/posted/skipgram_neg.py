# word2vec (skip-gram with negative sampling) on a toy corpus
import numpy as np

corpus = """the king rules the land and the queen rules the land
the dog chases the cat and the cat chases the mouse
the king loves the queen and the queen loves the king
a dog and a cat and a mouse live in the barn
the old king and the old queen live in the castle
the mouse eats cheese in the barn and the cat eats the mouse
the queen and the king dine in the castle""".split('\n')

rng = np.random.default_rng(77)
EMBED_DIM, WINDOW, NEG, ALPHA = 10, 2, 4, 0.05

sentences = [line.split() for line in corpus]
vocab = sorted({w for s in sentences for w in s})
word2id = {w: i for i, w in enumerate(vocab)}
counts = np.zeros(len(vocab))
for s in sentences:
    for w in s:
        counts[word2id[w]] += 1
noise_dist = counts ** 0.75
noise_dist /= noise_dist.sum()


def training_pairs():
    for s in sentences:
        ids = [word2id[w] for w in s]
        for pos, center in enumerate(ids):
            lo, hi = max(0, pos - WINDOW), min(len(ids), pos + WINDOW + 1)
            for ctx in range(lo, hi):
                if ctx != pos:
                    yield center, ids[ctx]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


V = rng.uniform(-0.5, 0.5, (len(vocab), EMBED_DIM))   # center vectors
U = rng.uniform(-0.5, 0.5, (len(vocab), EMBED_DIM))   # context vectors


def train_pair(center, context, alpha):
    negatives = rng.choice(len(vocab), size=NEG, p=noise_dist)
    ids = np.append(context, negatives)
    labels = np.zeros(NEG + 1)
    labels[0] = 1.0

    v = V[center]
    score = sigmoid(U[ids] @ v)
    loss = -np.log(score[0]) - np.log(1 - score[1:]).sum()

    err = score - labels
    grad_v = err @ U[ids]
    grad_u = np.outer(err, v)
    # the same negative word may have been drawn twice
    np.add.at(U, ids, -alpha * grad_u)
    V[center] -= alpha * grad_v
    return loss


pairs = list(training_pairs())
print(len(vocab), 'words,', len(pairs), 'pairs')
for epoch in range(31):
    rng.shuffle(pairs)
    avg = sum(train_pair(c, o, ALPHA) for c, o in pairs) / len(pairs)
    if epoch % 5 == 0:
        print(f'epoch {epoch}: avg loss {avg:.4f}')


def most_similar(word, k=3):
    norm = V / np.linalg.norm(V, axis=1, keepdims=True)
    sims = norm @ norm[word2id[word]]
    best = [i for i in np.argsort(-sims) if i != word2id[word]][:k]
    return [(vocab[i], round(float(sims[i]), 2)) for i in best]


for w in ('king', 'cat'):
    print(w, '->', most_similar(w))
