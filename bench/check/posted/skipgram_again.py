# Word vectors from scratch (skip-gram with negative sampling)
# Code for the blog post, part 2. Only numpy needed.
import numpy as np

rng = np.random.default_rng(12)

animals = ["cat", "dog", "horse", "goat"]
foods = ["soup", "bread", "cheese", "rice"]
towns = ["oslo", "lima", "cairo", "delhi"]

sentences = []
for _ in range(150):
    sentences.append(["my", rng.choice(animals), "sleeps", "with", "your", rng.choice(animals)])
    sentences.append(["we", "eat", rng.choice(foods), "and", rng.choice(foods), "today"])
    sentences.append(["trains", "from", rng.choice(towns), "to", rng.choice(towns), "stop"])

vocab = sorted({w for s in sentences for w in s})
index = {w: i for i, w in enumerate(vocab)}

WINDOW = 2
pairs = []
for s in sentences:
    ids = [index[w] for w in s]
    for i, center in enumerate(ids):
        for j in range(max(0, i - WINDOW), min(len(ids), i + WINDOW + 1)):
            if j != i:
                pairs.append((center, ids[j]))
pairs = np.array(pairs)

DIM = 10
NEG = 4          # negative words per pair
BATCH = 32
lr = 0.02

vec_in = rng.normal(0, 0.1, (len(vocab), DIM))
vec_out = rng.normal(0, 0.1, (len(vocab), DIM))

# words are drawn with frequency ** 0.75
counts = np.bincount(pairs[:, 1], minlength=len(vocab)) ** 0.75
noise = counts / counts.sum()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def train_batch(center, context):
    negs = rng.choice(len(vocab), size=(len(center), NEG), p=noise)
    v = vec_in[center]                     # (B, D)
    u_pos = vec_out[context]               # (B, D)
    u_neg = vec_out[negs]                  # (B, NEG, D)

    s_pos = sigmoid(np.sum(v * u_pos, axis=1))
    s_neg = sigmoid(np.einsum("bd,bnd->bn", v, u_neg))
    loss = -np.log(s_pos).sum() - np.log(1 - s_neg).sum()

    g_pos = s_pos - 1                      # true pair: label 1
    g_neg = s_neg                          # noise: label 0
    dv = g_pos[:, None] * u_pos + np.einsum("bn,bnd->bd", g_neg, u_neg)
    du_pos = g_pos[:, None] * v
    du_neg = g_neg[:, :, None] * v[:, None, :]

    # the same word can be there more than once
    np.add.at(vec_in, center, -lr * dv)
    np.add.at(vec_out, context, -lr * du_pos)
    np.add.at(vec_out, negs, -lr * du_neg)
    return loss


def most_similar(word, n=3):
    norm = vec_in / np.linalg.norm(vec_in, axis=1, keepdims=True)
    sims = norm @ norm[index[word]]
    best = [i for i in np.argsort(-sims) if vocab[i] != word][:n]
    return ", ".join("%s (%.2f)" % (vocab[i], sims[i]) for i in best)


for epoch in range(1, 21):
    rng.shuffle(pairs)
    total = 0.0
    for k in range(0, len(pairs), BATCH):
        chunk = pairs[k:k + BATCH]
        total += train_batch(chunk[:, 0], chunk[:, 1])
    print("epoch %2d  average loss %.4f" % (epoch, total / len(pairs)))

for word in ["cat", "bread", "lima"]:
    print(word, "->", most_similar(word))
