# sentiment of short sentences: average of word vectors -> relu -> sigmoid
import numpy as np

texts = """good fun film|what a great story|I liked it a lot|a great great cast|fun from start to end|good story and good cast
boring film|what a bad story|I hated it a lot|a bad boring cast|bad from start to end|boring story and bad cast"""
good, bad = [[s.split() for s in line.split('|')] for line in texts.split('\n')]
vocab = sorted({w for s in good + bad for w in s})
index = {w: i for i, w in enumerate(vocab)}
sentences = [np.array([index[w] for w in s]) for s in good + bad]
mood = np.array([1.0] * len(good) + [0.0] * len(bad))

rs = np.random.RandomState(70)
D, H = 3, 4
E = rs.randn(len(vocab), D) * 0.5
W = rs.randn(H, D) * 0.7
b = np.full(H, 0.1)
V = rs.randn(H) * 0.7
c = np.zeros(1)
lr = 0.4

for epoch in range(40):
    gE, gW, gb, gV, gc = (np.zeros_like(t) for t in (E, W, b, V, c))
    L = 0.0
    for ids, y in zip(sentences, mood):
        avg = E[ids].mean(axis=0)
        s = W.dot(avg) + b
        h = s * (s > 0)
        o = V.dot(h) + c
        p = 1 / (1 + np.exp(-o))
        L += float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).sum()) / len(mood)

        gp = (p - y) / len(mood)
        gV += gp * h
        gc += gp
        gh = gp * V
        gs = gh * (s > 0)
        gW += np.outer(gs, avg)
        gb += gs
        ga = W.T.dot(gs)
        np.add.at(gE, ids, ga / len(ids))
    for t, g in ((E, gE), (W, gW), (b, gb), (V, gV), (c, gc)):
        t -= lr * g
    if epoch % 10 == 0:
        print(epoch, L)
