import numpy as np

# skip-gram with negative sampling, updates by Adagrad
rand = np.random.RandomState(17)
corpus = "red green blue red blue green one two three two one three red green one blue two three".split() * 3
words = sorted(set(corpus))
ids = [words.index(w) for w in corpus]
dim, negatives = 5, 3

inVec = rand.uniform(-0.5, 0.5, (len(words), dim))
outVec = rand.uniform(-0.5, 0.5, (len(words), dim))
cacheIn = np.zeros_like(inVec)
cacheOut = np.zeros_like(outVec)
eta = 0.2

for sweep in range(6):
    total = 0.0
    for pos in range(1, len(ids) - 1):
        centre = ids[pos]
        # two neighbours, and a few words drawn at random that should not be near
        chosen = [ids[pos - 1], ids[pos + 1]] + list(rand.choice(len(words), negatives))
        target = np.array([1.0, 1.0] + [0.0] * negatives)
        v = inVec[centre]
        u = outVec[chosen]
        score = u @ v
        prob = 1 / (1 + np.exp(-score))
        loss = -np.sum(target * np.log(prob) + (1 - target) * np.log(1 - prob))
        total += loss

        err = prob - target
        gradIn = np.zeros_like(inVec)
        gradOut = np.zeros_like(outVec)
        gradIn[centre] = err @ u
        for k, word in enumerate(chosen):
            gradOut[word] += err[k] * v

        cacheIn += gradIn ** 2
        cacheOut += gradOut ** 2
        inVec -= eta * gradIn / (np.sqrt(cacheIn) + 1e-8)
        outVec -= eta * gradOut / (np.sqrt(cacheOut) + 1e-8)
    print("sweep", sweep, "loss", total / (len(ids) - 2))
