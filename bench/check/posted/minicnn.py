# Tiny convolutional net, no framework.
# 8x8 pictures with a horizontal line, a vertical line or a diagonal.
# conv 3x3 (4 filters, same size) -> relu -> maxpool 2x2 -> dense -> softmax
import numpy as np

np.random.seed(42)

N_FILTERS = 4
N_CLASSES = 3
LR = 0.02
EPOCHS = 6


def make_picture(kind):
    img = np.zeros((8, 8), dtype=int)
    k = np.random.randint(1, 7)
    if kind == 0:
        img[k, :] = 1
    elif kind == 1:
        img[:, k] = 1
    else:
        for r in range(8):
            c = r + k - 4
            if 0 <= c < 8:
                img[r, c] = 1
    # a few pixels of dirt
    for _ in range(3):
        img[np.random.randint(8), np.random.randint(8)] = 1
    return img


def make_set(n):
    labels = [i % N_CLASSES for i in range(n)]
    return [make_picture(k) for k in labels], labels


filters = np.random.randn(N_FILTERS, 3, 3) * 0.3
fbias = np.full(N_FILTERS, 0.1)
W = np.random.randn(N_FILTERS * 16, N_CLASSES) * 0.1
b = np.zeros(N_CLASSES)


def conv_forward(img):
    padded = np.pad(img, 1)
    maps = []
    for f in range(N_FILTERS):
        out = np.zeros(img.shape)
        for i in range(8):
            for j in range(8):
                out[i, j] = np.sum(padded[i:i + 3, j:j + 3] * filters[f]) + fbias[f]
        maps.append(out)
    return padded, np.array(maps)


def pool_forward(maps):
    pooled = np.zeros((N_FILTERS, 4, 4))
    where = {}
    for f in range(N_FILTERS):
        for i in range(4):
            for j in range(4):
                block = maps[f, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
                r, c = np.unravel_index(np.argmax(block), (2, 2))
                pooled[f, i, j] = block[r, c]
                where[f, i, j] = (2 * i + r, 2 * j + c)
    return pooled, where


def forward(img):
    padded, z = conv_forward(img)
    a = np.maximum(z, 0)
    pooled, where = pool_forward(a)
    flat = pooled.reshape(-1)
    scores = flat @ W + b
    e = np.exp(scores - np.max(scores))
    return padded, z, where, flat, e / e.sum()


def train_one(img, label):
    global W, b, filters, fbias
    padded, z, where, flat, probs = forward(img)

    dscores = probs.copy()
    dscores[label] -= 1
    dW = np.outer(flat, dscores)
    db = dscores
    dpooled = (W @ dscores).reshape(N_FILTERS, 4, 4)

    # only the winner of each 2x2 block gets the gradient
    da = np.zeros((N_FILTERS, 8, 8))
    for (f, i, j), (r, c) in where.items():
        da[f, r, c] = dpooled[f, i, j]
    dz = da * (z > 0)

    dfilters = np.zeros(filters.shape)
    for f in range(N_FILTERS):
        for i in range(8):
            for j in range(8):
                dfilters[f] += dz[f, i, j] * padded[i:i + 3, j:j + 3]
    dfbias = dz.sum(axis=(1, 2))

    W -= LR * dW
    b -= LR * db
    filters -= LR * dfilters
    fbias -= LR * dfbias
    return -np.log(probs[label] + 1e-12), np.argmax(probs) == label


train_x, train_y = make_set(150)
test_x, test_y = make_set(60)

for epoch in range(EPOCHS):
    total, hits = 0.0, 0
    for n in np.random.permutation(len(train_x)):
        loss, hit = train_one(train_x[n], train_y[n])
        total += loss
        hits += hit
    print("epoch %d: loss %.4f, train acc %.2f" % (epoch + 1, total / len(train_x), hits / len(train_x)))

good = sum(np.argmax(forward(x)[-1]) == y for x, y in zip(test_x, test_y))
print("test: %d of %d" % (good, len(test_x)))
