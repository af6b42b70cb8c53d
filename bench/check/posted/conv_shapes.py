# small CNN, im2col, 12x12 images of  horizontal bar / vertical bar / cross / box
# conv(3x3, 6) -> relu -> maxpool 2x2 -> fc -> softmax
import numpy as np

rng = np.random.default_rng(8)
S, F, KS = 12, 6, 3
OUT = S - KS + 1          # 10
POOL = OUT // 2           # 5


def draw(kind):
    im = np.zeros((S, S))
    r, c = rng.integers(1, S - 6, 2)
    if kind == 0:
        im[r + 2, c:c + 5] = 1
    elif kind == 1:
        im[r:r + 5, c + 2] = 1
    elif kind == 2:
        im[r + 2, c:c + 5] = 1
        im[r:r + 5, c + 2] = 1
    else:
        im[r:r + 5, [c, c + 4]] = 1
        im[[r, r + 4], c:c + 5] = 1
    return im + rng.normal(0, 0.15, im.shape)


def dataset(n):
    lab = rng.integers(0, 4, n)
    return np.stack([draw(k) for k in lab]), lab


def im2col(x):
    """(B,S,S) -> (B, OUT*OUT, KS*KS)"""
    cols = np.empty((len(x), OUT, OUT, KS, KS))
    for i in range(KS):
        for j in range(KS):
            cols[:, :, :, i, j] = x[:, i:i + OUT, j:j + OUT]
    return cols.reshape(len(x), OUT * OUT, KS * KS)


def init():
    return dict(
        k=rng.normal(0, np.sqrt(2 / (KS * KS)), (KS * KS, F)),
        kb=np.zeros(F),
        w=rng.normal(0, np.sqrt(1 / (POOL * POOL * F)), (POOL * POOL * F, 4)),
        wb=np.zeros(4),
    )


def forward(p, x):
    B = len(x)
    cols = im2col(x)
    conv = (cols @ p["k"] + p["kb"]).reshape(B, OUT, OUT, F)
    act = np.maximum(conv, 0)
    # (B, 5, 2, 5, 2, F) -> windows of 4 in one axis
    win = act.reshape(B, POOL, 2, POOL, 2, F).transpose(0, 1, 3, 5, 2, 4).reshape(B, POOL, POOL, F, 4)
    arg = win.argmax(-1)
    pooled = np.take_along_axis(win, arg[..., None], -1)[..., 0]
    flat = pooled.reshape(B, -1)
    s = flat @ p["w"] + p["wb"]
    s = s - s.max(1, keepdims=True)
    prob = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    return prob, (cols, conv, arg, flat)


def backward(p, prob, lab, cache):
    cols, conv, arg, flat = cache
    B = len(lab)
    ds = prob.copy()
    ds[np.arange(B), lab] -= 1
    ds /= B
    g = {}
    g["w"] = flat.T @ ds
    g["wb"] = ds.sum(0)
    dpool = (ds @ p["w"].T).reshape(B, POOL, POOL, F)
    # route to the winner of every window
    dwin = np.zeros((B, POOL, POOL, F, 4))
    np.put_along_axis(dwin, arg[..., None], dpool[..., None], -1)
    dact = dwin.reshape(B, POOL, POOL, F, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(B, OUT, OUT, F)
    dconv = dact * (conv > 0)
    dconv = dconv.reshape(B, OUT * OUT, F)
    g["k"] = np.einsum("bpk,bpf->kf", cols, dconv)
    g["kb"] = dconv.sum((0, 1))
    return g


def nll(prob, lab):
    return -np.log(prob[np.arange(len(lab)), lab] + 1e-12).mean()


if __name__ == "__main__":
    xtr, ltr = dataset(800)
    xte, lte = dataset(400)
    p = init()
    vel = {k: np.zeros_like(v) for k, v in p.items()}
    lr = 0.05
    for epoch in range(12):
        if epoch == 8:
            lr *= 0.2
        perm = rng.permutation(len(xtr))
        run_loss = 0
        for i in range(0, len(perm), 32):
            b = perm[i:i + 32]
            prob, cache = forward(p, xtr[b])
            run_loss += nll(prob, ltr[b]) * len(b)
            g = backward(p, prob, ltr[b], cache)
            for k in p:
                vel[k] = 0.9 * vel[k] - lr * g[k]
                p[k] += vel[k]
        pt = forward(p, xte)[0]
        print("ep %2d  train nll %.4f  test nll %.4f  test acc %.3f" %
              (epoch, run_loss / len(perm), nll(pt, lte), (pt.argmax(1) == lte).mean()))
