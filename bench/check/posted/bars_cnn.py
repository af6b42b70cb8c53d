# simple CNN: conv 3x3 -> relu -> maxpool 2x2 -> fully connected -> softmax
# task: is there a horizontal, a vertical or a diagonal bar in the 8x8 picture?
import numpy as np
np.random.seed(5)

def make_image(kind):
    img = np.random.randint(0, 60, (8, 8))
    p = np.random.randint(1, 7)
    if kind == 0:
        img[p, 1:7] += 180
    elif kind == 1:
        img[1:7, p] += 180
    else:
        shift = np.random.randint(-2, 3)
        for r in range(8):
            if 0 <= r + shift < 8:
                img[r, r + shift] += 180
    return img.astype(np.uint8)

N = 300
labels = np.random.randint(0, 3, N)
images = np.array([make_image(k) for k in labels])
X = images / 255.0
Y = np.eye(3)[labels]

n_filters = 5
F = np.random.randn(n_filters, 3, 3) * 0.3
bF = np.zeros(n_filters)
W = np.random.randn(n_filters * 9, 3) * 0.1
bW = np.zeros(3)

def conv_forward(x):
    out = np.zeros((len(x), n_filters, 6, 6))
    for i in range(6):
        for j in range(6):
            patch = x[:, i:i+3, j:j+3]
            out[:, :, i, j] = np.tensordot(patch, F, axes=([1, 2], [1, 2])) + bF
    return out

def conv_backward(x, dout):
    dF = np.zeros_like(F)
    for i in range(6):
        for j in range(6):
            patch = x[:, i:i+3, j:j+3]
            dF += np.tensordot(dout[:, :, i, j], patch, axes=([0], [0]))
    return dF, dout.sum(axis=(0, 2, 3))

def pool_forward(a):
    n = len(a)
    blocks = a.reshape(n, n_filters, 3, 2, 3, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, n_filters, 3, 3, 4)
    return blocks.max(axis=-1), blocks.argmax(axis=-1)

def pool_backward(dout, where):
    n = len(dout)
    d = np.zeros((n, n_filters, 3, 3, 4))
    np.put_along_axis(d, where[..., None], dout[..., None], axis=-1)
    return d.reshape(n, n_filters, 3, 3, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, n_filters, 6, 6)

def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def forward(x):
    z = conv_forward(x)
    a = np.maximum(z, 0)
    pooled, where = pool_forward(a)
    flat = pooled.reshape(len(x), -1)
    return softmax(flat @ W + bW), flat, where, z

lr = 0.15
for epoch in range(1, 61):
    perm = np.random.permutation(N)
    total = 0
    for s in range(0, N, 20):
        idx = perm[s:s+20]
        x, y = X[idx], Y[idx]
        p, flat, where, z = forward(x)
        total += -np.sum(y * np.log(p + 1e-12))
        # backprop
        dscore = (p - y) / len(idx)
        dW = flat.T @ dscore
        dbW = dscore.sum(axis=0)
        dpool = (dscore @ W.T).reshape(-1, n_filters, 3, 3)
        da = pool_backward(dpool, where)
        dz = da * (z > 0)
        dF, dbF = conv_backward(x, dz)
        W -= lr * dW
        bW -= lr * dbW
        F -= lr * dF
        bF -= lr * dbF
    if epoch % 5 == 0:
        p = forward(X)[0]
        print("epoch", epoch, "loss", total / N, "acc", np.mean(p.argmax(axis=1) == labels))
