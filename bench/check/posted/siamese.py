'''Siamese net with contrastive loss.
   L = mean( s * d^2 + (1-s) * max(0, margin - d)^2 ) / 2     s=1: same class
'''
import numpy as np

rng = np.random.default_rng(seed=404)

# four classes on noisy arcs which are not linearly arranged
def draw(cls):
    t = rng.uniform(0, np.pi)
    r = 1.0 + 0.8 * cls
    v = np.array([r * np.cos(t), r * np.sin(t), rng.normal()])
    return v + 0.08 * rng.normal(size=3)

def make_pairs(n):
    xa, xb, s = [], [], []
    for k in range(n):
        c1 = rng.integers(4)
        c2 = c1 if k % 2 == 0 else (c1 + rng.integers(1, 4)) % 4
        xa.append(draw(c1)); xb.append(draw(c2)); s.append(float(c1 == c2))
    return np.array(xa), np.array(xb), np.array(s)[:, None]

sizes = [3, 32, 2]
Ws = [rng.normal(0, np.sqrt(2 / sizes[0]), (3, 32)), rng.normal(0, np.sqrt(1 / sizes[1]), (32, 2))]
bs = [np.zeros((1, 32)), np.zeros((1, 2))]
MARGIN = 1.0

def embed(x):
    z = x @ Ws[0] + bs[0]
    a = np.maximum(z, 0)
    return a @ Ws[1] + bs[1], (x, z, a)

def branch_grads(de, cache):
    x, z, a = cache
    da = de @ Ws[1].T
    dz = da * (z > 0)
    return [x.T @ dz, a.T @ de], [dz.sum(0, keepdims=True), de.sum(0, keepdims=True)]

def contrastive(xa, xb, s):
    ea, ca = embed(xa)
    eb, cb = embed(xb)
    diff = ea - eb
    d = np.sqrt((diff ** 2).sum(axis=1, keepdims=True) + 1e-12)
    gap = np.maximum(0, MARGIN - d)
    loss = np.mean(s * d ** 2 + (1 - s) * gap ** 2) / 2
    # backward
    dd = (s * d - (1 - s) * gap) / len(s)
    dea = dd * diff / d
    deb = -dea
    gWa, gba = branch_grads(dea, ca)
    gWb, gbb = branch_grads(deb, cb)
    # weights are shared: the two branches add up
    gW = [ga + gb for ga, gb in zip(gWa, gWb)]
    gb = [ga + gb_ for ga, gb_ in zip(gba, gbb)]
    return loss, gW, gb

def pair_accuracy(xa, xb, s):
    d = np.linalg.norm(embed(xa)[0] - embed(xb)[0], axis=1)
    return np.mean((d < MARGIN / 2) == (s[:, 0] == 1))

xa, xb, s = make_pairs(600)
ta, tb, ts = make_pairs(300)
vW = [np.zeros_like(w) for w in Ws]
vb = [np.zeros_like(b) for b in bs]
lr, momentum = 0.05, 0.9
history = []
print('before training: test accuracy', round(pair_accuracy(ta, tb, ts), 3))
for epoch in range(1, 61):
    perm = rng.permutation(len(xa))
    ep_loss = 0
    for start in range(0, len(perm), 50):
        sel = perm[start:start + 50]
        loss, gW, gb = contrastive(xa[sel], xb[sel], s[sel])
        ep_loss += loss * len(sel)
        for l in range(2):
            vW[l] = momentum * vW[l] - lr * gW[l]
            vb[l] = momentum * vb[l] - lr * gb[l]
            Ws[l] += vW[l]
            bs[l] += vb[l]
    history.append(ep_loss / len(perm))
    if epoch % 10 == 0:
        print('epoch', epoch, 'loss', round(history[-1], 5), 'test accuracy', round(pair_accuracy(ta, tb, ts), 3))
