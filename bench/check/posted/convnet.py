# course project: small CNN from scratch, no frameworks
# 8x8 image -> 4 filters 3x3 -> relu -> 2x2 max pool -> softmax over 3 classes
# classes: 0 horizontal line, 1 vertical line, 2 diagonal line
import numpy as np

rng = np.random.default_rng(0)


def make_image(kind):
    img = np.zeros((8, 8))
    pos = rng.integers(0, 8)
    start, length = rng.integers(0, 4), rng.integers(4, 6)
    for k in range(start, min(8, start + length)):
        if kind == 0:
            img[pos, k] = 1
        elif kind == 1:
            img[k, pos] = 1
        else:
            img[k, (k + pos - 4) % 8] = 1
    return img + rng.normal(0, 0.15, (8, 8))


def make_set(n):
    kinds = rng.integers(0, 3, n)
    return [make_image(k) for k in kinds], kinds


F = 4
filters = rng.normal(0, 0.3, (F, 3, 3))
fbias = np.zeros(F)
W = rng.normal(0, 0.1, (3, F * 9))
wbias = np.zeros(3)


def forward(img):
    conv = np.zeros((F, 6, 6))
    for f in range(F):
        for r in range(6):
            for c in range(6):
                conv[f, r, c] = np.sum(img[r:r+3, c:c+3] * filters[f]) + fbias[f]
    act = np.maximum(conv, 0)
    pooled = np.zeros((F, 3, 3))
    for f in range(F):
        for r in range(3):
            for c in range(3):
                pooled[f, r, c] = act[f, 2*r:2*r+2, 2*c:2*c+2].max()
    flat = pooled.reshape(-1)
    scores = W @ flat + wbias
    e = np.exp(scores - scores.max())
    return conv, act, flat, e / e.sum()


def backward(img, label, conv, act, flat, probs):
    dscores = probs.copy()
    dscores[label] -= 1
    dW = np.outer(dscores, flat)
    dwbias = dscores

    dpooled = (W.T @ dscores).reshape(F, 3, 3)
    dact = np.zeros_like(act)
    for f in range(F):
        for r in range(3):
            for c in range(3):
                window = act[f, 2*r:2*r+2, 2*c:2*c+2]
                wr, wc = np.unravel_index(window.argmax(), (2, 2))
                dact[f, 2*r + wr, 2*c + wc] = dpooled[f, r, c]

    dconv = dact * (conv > 0)
    dfilters = np.zeros_like(filters)
    for f in range(F):
        for r in range(6):
            for c in range(6):
                dfilters[f] += dconv[f, r, c] * img[r:r+3, c:c+3]
    dfbias = dconv.sum(axis=(1, 2))
    return dfilters, dfbias, dW, dwbias


train_x, train_y = make_set(240)
test_x, test_y = make_set(90)
lr = 0.03

for epoch in range(10):
    loss, hits = 0.0, 0
    for i in rng.permutation(len(train_x)):
        img, label = train_x[i], train_y[i]
        conv, act, flat, probs = forward(img)
        loss -= np.log(probs[label])
        hits += probs.argmax() == label
        dfilters, dfbias, dW, dwbias = backward(img, label, conv, act, flat, probs)
        filters -= lr * dfilters
        fbias -= lr * dfbias
        W -= lr * dW
        wbias -= lr * dwbias
    print("epoch %d: loss %.3f, train accuracy %.3f" % (epoch + 1, loss / len(train_x), hits / len(train_x)))

good = sum(forward(x)[3].argmax() == k for x, k in zip(test_x, test_y))
print("test accuracy:", good / len(test_x))
