import numpy as np

text = ("the cat sat on the mat the dog lay on the rug a cat and a dog met "
        "the mat and the rug met on a day the cat lay on").split()
vocab = sorted(set(text))
index = {w: i for i, w in enumerate(vocab)}
V, D, window = len(vocab), 6, 2

np.random.seed(5)
E = np.random.uniform(-0.5, 0.5, (V, D))      # embeddings of the context words
O = np.random.uniform(-0.5, 0.5, (V, D))      # output vectors
c = np.zeros(V)
eta = 0.3

samples = []
for i in range(window, len(text) - window):
    context = [index[text[i + k]] for k in (-2, -1, 1, 2)]
    samples.append((context, index[text[i]]))

for epoch in range(15):
    total = 0
    for context, target in samples:
        v = E[context].mean(axis=0)
        score = O.dot(v) + c
        score -= score.max()
        prob = np.exp(score) / np.exp(score).sum()
        loss = -np.log(prob[target])
        total += loss

        err = prob.copy()
        err[target] -= 1
        gO = np.outer(err, v)
        gc = err
        gv = O.T.dot(err)
        gE = np.zeros_like(E)
        np.add.at(gE, context, gv / len(context))

        E -= eta * gE
        O -= eta * gO
        c -= eta * gc
    print("epoch", epoch, "loss", total / len(samples))
