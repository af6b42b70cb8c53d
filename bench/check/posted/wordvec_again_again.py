import numpy as np
rng = np.random.RandomState(4)

corpus = """
the king rules the old castle . the queen rules the old castle . the king wears a gold crown .
the queen wears a gold crown . the dog chases the cat in the garden . the cat chases the mouse in the garden .
the dog sleeps in the garden . the cat sleeps in the garden . the king sits on the throne .
the queen sits on the throne . a fisherman rows the boat on the lake . a sailor rows the boat on the lake .
the sailor mends the sail of the boat . the fisherman mends the net of the boat .
"""
stop = {'the', 'a', 'in', 'on', 'of', '.'}
sentences = [[w for w in s.split() if w not in stop] for s in corpus.split('.')]
sentences = [s for s in sentences if len(s) > 1]
vocab = sorted({w for s in sentences for w in s})
idx = {w: i for i, w in enumerate(vocab)}

pairs = []
for s in sentences:
    for i, w in enumerate(s):
        for j in range(max(0, i - 2), min(len(s), i + 3)):
            if i != j:
                pairs.append((idx[w], idx[s[j]]))

DIM = 10
NEG = 4
LR = 0.1
center_vecs = (rng.rand(len(vocab), DIM) - 0.5) / 2
context_vecs = (rng.rand(len(vocab), DIM) - 0.5) / 2

def sigmoid(x): return 1 / (1 + np.exp(-x))

def draw_negatives(avoid):
    choices = [k for k in range(len(vocab)) if k != avoid]
    return rng.choice(choices, NEG, replace=False)

def train_pair(c, o):
    """skip-gram with negative sampling, one (center, outside) pair"""
    v = center_vecs[c]
    targets = [o] + list(draw_negatives(o))
    labels = [1] + [0] * NEG
    loss = 0.0
    grad_v = np.zeros(DIM)
    for t, lab in zip(targets, labels):
        u = context_vecs[t]
        score = sigmoid(v @ u)
        loss -= np.log(score if lab else 1 - score)
        err = score - lab
        grad_v += err * u
        context_vecs[t] -= LR * err * v
    center_vecs[c] -= LR * grad_v
    return loss

history = []
for epoch in range(120):
    rng.shuffle(pairs)
    history.append(sum(train_pair(c, o) for c, o in pairs) / len(pairs))

def nearest(word, k=3):
    v = center_vecs[idx[word]]
    sims = center_vecs @ v / (np.linalg.norm(center_vecs, axis=1) * np.linalg.norm(v))
    best = np.argsort(-sims)
    return [vocab[i] for i in best if vocab[i] != word][:k]

for w in ['king', 'dog', 'sailor', 'castle', 'garden']:
    print(w.ljust(10), nearest(w))
