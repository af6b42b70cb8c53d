"""Skip-gram word vectors with negative sampling on a toy corpus."""
import random
from collections import Counter

import numpy as np

ANIMALS = "cat dog horse sheep goat".split()
FRUITS = "apple pear plum cherry grape".split()
TOOLS = "hammer saw drill wrench file".split()
TEMPLATES = [
    ("the {} sleeps in the barn", ANIMALS), ("our {} eats fresh hay", ANIMALS),
    ("a hungry {} runs outside", ANIMALS), ("she peels one ripe {}", FRUITS),
    ("sweet {} jam tastes good", FRUITS), ("they pick every {} tree", FRUITS),
    ("he repairs it with my {}", TOOLS), ("put that {} back on its bench", TOOLS),
    ("this steel {} is broken", TOOLS),
]


def build_corpus(n_sentences, rnd):
    for _ in range(n_sentences):
        template, words = rnd.choice(TEMPLATES)
        yield template.format(rnd.choice(words)).split()


def skipgrams(sentences, vocab, window):
    for sent in sentences:
        ids = [vocab[w] for w in sent]
        for i, center in enumerate(ids):
            for j in range(max(0, i - window), min(len(ids), i + window + 1)):
                if j != i:
                    yield center, ids[j]


def batched(pairs, size):
    for k in range(0, len(pairs) - size + 1, size):
        block = np.array(pairs[k:k + size])
        yield block[:, 0], block[:, 1]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class SkipGram:
    def __init__(self, n_words, dim, noise, rng):
        self.rng = rng
        self.noise = noise
        self.center = rng.uniform(-0.5, 0.5, (n_words, dim)) / np.sqrt(dim)
        self.context = rng.uniform(-0.5, 0.5, (n_words, dim)) / np.sqrt(dim)

    def draw_negatives(self, n, k):
        return self.rng.choice(len(self.noise), size=(n, k), p=self.noise)

    def train_batch(self, c, o, neg, lr):
        v = self.center[c]                      # B x D
        u = self.context[o]                     # B x D
        n = self.context[neg]                   # B x K x D

        s_pos = sigmoid(np.sum(v * u, axis=1))               # B
        s_neg = sigmoid(np.einsum("bd,bkd->bk", v, n))       # B x K
        loss = -np.log(s_pos).sum() - np.log(1.0 - s_neg).sum()

        e_pos = (s_pos - 1.0)[:, None]
        e_neg = s_neg[:, :, None]
        grad_v = e_pos * u + (e_neg * n).sum(axis=1)
        grad_u = e_pos * v
        grad_n = e_neg * v[:, None, :]

        # the same word may occur several times in a batch
        np.add.at(self.center, c, -lr * grad_v)
        np.add.at(self.context, o, -lr * grad_u)
        np.add.at(self.context, neg, -lr * grad_n)
        return loss / len(c)

    def nearest(self, i, top=4):
        unit = self.center / np.linalg.norm(self.center, axis=1, keepdims=True)
        ranked = np.argsort(-(unit @ unit[i]))
        return [j for j in ranked if j != i][:top]


def main():
    rnd = random.Random(4)
    rng = np.random.default_rng(4)
    sentences = list(build_corpus(700, rnd))
    counts = Counter(w for s in sentences for w in s)
    words = [w for w, _ in counts.most_common()]
    vocab = {w: i for i, w in enumerate(words)}
    freq = np.array([counts[w] for w in words], dtype=float) ** 0.75
    model = SkipGram(len(words), dim=16, noise=freq / freq.sum(), rng=rng)

    pairs = list(skipgrams(sentences, vocab, window=2))
    for epoch in range(20):
        rnd.shuffle(pairs)
        lr = 0.08 * (1 - epoch / 20)
        losses = [model.train_batch(c, o, model.draw_negatives(len(c), 5), lr)
                  for c, o in batched(pairs, 32)]
        print("epoch %2d  loss per pair %.4f" % (epoch, np.mean(losses)))

    for w in ("cat", "plum", "saw"):
        print(w, "->", ", ".join(words[j] for j in model.nearest(vocab[w])))


if __name__ == "__main__":
    main()
