# Tiny convnet from scratch: tell apart horizontal, vertical and diagonal
# strokes in noisy 8x8 pictures.
#   conv 3x3 (4 filters) -> PReLU -> maxpool 2x2 -> dense -> softmax
# Includes a numerical gradient check because I did not trust myself :)
import numpy as np

rng = np.random.RandomState(0)


def make_image(label):
    img = 0.25 * rng.randn(8, 8)
    p = rng.randint(1, 7)
    if label == 0:
        img[p, :] += 1
    elif label == 1:
        img[:, p] += 1
    else:
        off = rng.randint(-2, 3)
        for i in range(8):
            if 0 <= i + off < 8:
                img[i, i + off] += 1
    return img


labels = rng.randint(0, 3, 360)
images = np.array([make_image(l) for l in labels])
train_x, train_y, test_x, test_y = images[:260], labels[:260], images[260:], labels[260:]

F = 4
P = {
    "K": rng.randn(F, 3, 3) * 0.3,      # kernels
    "kb": np.zeros(F),
    "alpha": np.full(F, 0.25),          # PReLU slope, learned, one per filter
    "W": rng.randn(F * 9, 3) * 0.2,
    "b": np.zeros(3),
}


def forward(img):
    conv = np.zeros((F, 6, 6))
    for i in range(6):
        for j in range(6):
            patch = img[i:i + 3, j:j + 3]
            conv[:, i, j] = (P["K"] * patch).sum(axis=(1, 2)) + P["kb"]
    act = np.where(conv > 0, conv, P["alpha"][:, None, None] * conv)
    # maxpool, remember where the max was
    blocks = act.reshape(F, 3, 2, 3, 2).transpose(0, 1, 3, 2, 4).reshape(F, 3, 3, 4)
    where = blocks.argmax(axis=3)
    pooled = blocks.max(axis=3)
    flat = pooled.reshape(-1)
    s = flat @ P["W"] + P["b"]
    e = np.exp(s - s.max())
    return e / e.sum(), (img, conv, where, flat)


def backward(probs, label, cache):
    img, conv, where, flat = cache
    g = {}
    ds = probs.copy()
    ds[label] -= 1
    g["W"] = np.outer(flat, ds)
    g["b"] = ds
    dpool = (P["W"] @ ds).reshape(F, 3, 3)
    dblocks = np.zeros((F, 3, 3, 4))
    np.put_along_axis(dblocks, where[..., None], dpool[..., None], axis=3)
    dact = dblocks.reshape(F, 3, 3, 2, 2).transpose(0, 1, 3, 2, 4).reshape(F, 6, 6)
    neg = conv <= 0
    g["alpha"] = (dact * conv * neg).sum(axis=(1, 2))
    dconv = dact * np.where(neg, P["alpha"][:, None, None], 1.0)
    g["kb"] = dconv.sum(axis=(1, 2))
    g["K"] = np.zeros_like(P["K"])
    for i in range(6):
        for j in range(6):
            patch = img[i:i + 3, j:j + 3]
            g["K"] += dconv[:, i, j][:, None, None] * patch
    return g


def grad_check(name, tries=5, h=1e-5):
    worst = 0
    img, label = train_x[0], train_y[0]
    g = backward(*[forward(img)[0], label, forward(img)[1]])[name]
    for _ in range(tries):
        pos = tuple(rng.randint(n) for n in P[name].shape)
        old = P[name][pos]
        P[name][pos] = old + h
        up = -np.log(forward(img)[0][label])
        P[name][pos] = old - h
        down = -np.log(forward(img)[0][label])
        P[name][pos] = old
        worst = max(worst, abs((up - down) / (2 * h) - g[pos]))
    return worst


print("gradient check (dense): %.2e" % grad_check("W"))

lr = 0.03
for epoch in range(8):
    total = 0
    for n in rng.permutation(len(train_x)):
        probs, cache = forward(train_x[n])
        total -= np.log(probs[train_y[n]] + 1e-12)
        grads = backward(probs, train_y[n], cache)
        for k in P:
            P[k] -= lr * grads[k]
    lr *= 0.9
    acc = np.mean([forward(x)[0].argmax() == t for x, t in zip(test_x, test_y)])
    print("epoch %d  loss %.4f  test acc %.2f" % (epoch + 1, total / len(train_x), acc))
