# 3x3 convolution -> relu -> 2x2 max pool -> softmax, on little hand-drawn digits.
# Loops over the positions only, everything else vectorised over the batch.
import numpy as np

GLYPHS = {
    0: ".##. #..# #..# #..# .##.",
    1: "..#. .##. ..#. ..#. .###",
    2: ".##. #..# ..#. .#.. ####",
    3: "###. ...# .##. ...# ###.",
    4: "#..# #..# #### ...# ...#",
    7: "#### ...# ..#. .#.. .#..",
}
LABELS = sorted(GLYPHS)

rnd = np.random.RandomState(42)


def draw(n):
    """n pictures of 8x8 pixels (0/1), glyph at a random place, a few flipped pixels"""
    X = np.zeros((n, 8, 8), dtype=int)
    y = rnd.randint(len(LABELS), size=n)
    for k in range(n):
        g = np.array([[ch == "#" for ch in row] for row in GLYPHS[LABELS[y[k]]].split()])
        r, c = rnd.randint(0, 4), rnd.randint(0, 5)
        X[k, r:r + 5, c:c + 4] = g
        flip = rnd.rand(8, 8) < 0.02
        X[k] = np.where(flip, 1 - X[k], X[k])
    return X, y


F = 8                        # number of filters
K = rnd.randn(F, 3, 3) * 0.4
bK = np.full(F, 0.01)
W = rnd.randn(F * 3 * 3, len(LABELS)) * 0.1
b = np.zeros(len(LABELS))


def conv(X):
    out = np.zeros((len(X), F, 6, 6))
    for i in range(6):
        for j in range(6):
            patch = X[:, i:i + 3, j:j + 3]
            out[:, :, i, j] = np.tensordot(patch, K, axes=([1, 2], [1, 2])) + bK
    return out


def forward(X):
    Z = conv(X)
    A = np.maximum(Z, 0)
    # pool: split 6x6 into 3x3 blocks of 2x2 and flatten each block
    blocks = A.reshape(len(X), F, 3, 2, 3, 2).transpose(0, 1, 2, 4, 3, 5).reshape(len(X), F, 3, 3, 4)
    where = blocks.argmax(axis=-1)
    pooled = blocks.max(axis=-1)
    flat = pooled.reshape(len(X), -1)
    S = flat @ W + b
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return Z, where, flat, E / E.sum(axis=1, keepdims=True)


def gradients(X, y):
    m = len(X)
    Z, where, flat, prob = forward(X)
    loss = -np.mean(np.log(prob[np.arange(m), y] + 1e-12))

    dS = prob.copy()
    dS[np.arange(m), y] -= 1
    dW = flat.T @ dS / m
    db = dS.sum(axis=0) / m

    dpool = (dS @ W.T).reshape(m, F, 3, 3)
    dblocks = np.zeros((m, F, 3, 3, 4))
    np.put_along_axis(dblocks, where[..., None], dpool[..., None], axis=-1)
    dA = dblocks.reshape(m, F, 3, 3, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(m, F, 6, 6)
    dZ = dA * (Z > 0)

    dK = np.zeros_like(K)
    for i in range(3):
        for j in range(3):
            dK[:, i, j] = np.sum(X[:, None, i:i + 6, j:j + 6] * dZ, axis=(0, 2, 3)) / m
    dbK = dZ.sum(axis=(0, 2, 3)) / m
    return loss, [dK, dbK, dW, db]


if __name__ == "__main__":
    X, y = draw(600)
    Xt, yt = draw(300)
    params = [K, bK, W, b]
    vel = [np.zeros_like(p) for p in params]
    lr, mom, batch = 0.03, 0.9, 20
    for epoch in range(25):
        perm = rnd.permutation(len(X))
        total = 0
        for s in range(0, len(X), batch):
            idx = perm[s:s + batch]
            loss, grads = gradients(X[idx], y[idx])
            total += loss * len(idx)
            for p, v, g in zip(params, vel, grads):
                v *= mom
                v -= lr * g
                p += v
        acc = np.mean(forward(Xt)[3].argmax(axis=1) == yt)
        print("epoch %2d  loss %.4f  test accuracy %.1f%%" % (epoch + 1, total / len(X), 100 * acc))
