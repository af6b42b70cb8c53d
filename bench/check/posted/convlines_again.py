"""Tiny convnet (conv 3x3 -> relu -> maxpool 2x2 -> dense -> softmax) that tells apart
horizontal / vertical / diagonal strokes in noisy 10x10 images.  NumPy only."""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

rng = np.random.RandomState(0)
SIZE, NF, K, NCLS = 10, 4, 3, 3
CONV = SIZE - K + 1           # 8
POOL = CONV // 2              # 4


def make_images(n):
    imgs = rng.normal(0, 0.25, (n, SIZE, SIZE))
    labels = rng.randint(0, NCLS, n)
    for img, lab in zip(imgs, labels):
        ln = rng.randint(5, 9)
        r, c = rng.randint(0, SIZE - ln + 1, 2)
        for s in range(ln):
            if lab == 0:
                img[r, c + s] += 1
            elif lab == 1:
                img[r + s, c] += 1
            else:
                img[r + s, c + s] += 1
    return imgs, labels


kernels = rng.normal(0, 0.3, (NF, K, K))
kbias = np.zeros(NF)
Wd = rng.normal(0, 0.1, (NF * POOL * POOL, NCLS))
bd = np.zeros(NCLS)


def forward(x):
    n = len(x)
    win = sliding_window_view(x, (K, K), axis=(1, 2))               # n,8,8,3,3
    z = np.einsum('nijab,fab->nfij', win, kernels) + kbias[None, :, None, None]
    a = np.maximum(z, 0)
    blocks = a.reshape(n, NF, POOL, 2, POOL, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, NF, POOL, POOL, 4)
    arg = blocks.argmax(-1)
    pooled = np.take_along_axis(blocks, arg[..., None], -1)[..., 0]
    flat = pooled.reshape(n, -1)
    s = flat @ Wd + bd
    s = s - s.max(1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    return win, z, arg, flat, p


def backward(fw, y):
    win, z, arg, flat, p = fw
    n = len(y)
    ds = p.copy()
    ds[np.arange(n), y] -= 1
    ds /= n
    dWd = flat.T @ ds
    dbd = ds.sum(0)
    dpool = (ds @ Wd.T).reshape(n, NF, POOL, POOL)
    # the max pool sends its gradient only to the winner of each 2x2 block
    dblocks = np.zeros((n, NF, POOL, POOL, 4))
    np.put_along_axis(dblocks, arg[..., None], dpool[..., None], -1)
    da = dblocks.reshape(n, NF, POOL, POOL, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, NF, CONV, CONV)
    dz = da.copy()
    dz[z <= 0] = 0
    dk = np.einsum('nfij,nijab->fab', dz, win)
    dkb = dz.sum((0, 2, 3))
    return dk, dkb, dWd, dbd


def loss_of(p, y):
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean()


if __name__ == '__main__':
    xtr, ytr = make_images(600)
    xva, yva = make_images(200)
    lr, batch, patience = 0.15, 20, 5
    best, bad = np.inf, 0
    for epoch in range(1, 61):
        idx = rng.permutation(len(xtr))
        for i in range(0, len(xtr), batch):
            sel = idx[i:i + batch]
            dk, dkb, dWd, dbd = backward(forward(xtr[sel]), ytr[sel])
            kernels -= lr * dk
            kbias -= lr * dkb
            Wd -= lr * dWd
            bd -= lr * dbd
        ptr, pva = forward(xtr)[-1], forward(xva)[-1]
        va = loss_of(pva, yva)
        print('epoch %2d  train %.4f  val %.4f  acc %.3f' % (
            epoch, loss_of(ptr, ytr), va, (pva.argmax(1) == yva).mean()))
        if va < best - 1e-4:
            best, bad = va, 0
        else:
            bad += 1
            if bad >= patience:
                print('no improvement for', patience, 'epochs, stopping')
                break
