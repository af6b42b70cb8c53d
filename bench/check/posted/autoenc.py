import numpy as np

# 5x7 digits, squeezed through 9 hidden units. decoder uses the transposed encoder weights (tied)
font = """
.###. ..#.. .###. ####. ...#. ##### .###. ##### .###. .###.
#...# .##.. #...# ....# ..##. #.... #.... ....# #...# #...#
#...# ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...#
#...# ..#.. ...#. .###. #..#. ....# ####. ..#.. .###. .####
#...# ..#.. ..#.. ....# ##### ....# #...# ..#.. #...# ....#
#...# ..#.. .#... ....# ...#. #...# #...# .#... #...# ....#
.###. .###. ##### ####. ...#. .###. .###. .#... .###. .###.
"""
rows = [line.split() for line in font.strip().split("\n")]
X = np.array([[1.0 if ch == "#" else 0.0 for r in rows for ch in r[d]] for d in range(10)])

rng = np.random.RandomState(8)
n_vis, n_hid = X.shape[1], 9
W = rng.normal(0, 0.3, (n_vis, n_hid))
b_hid = np.zeros(n_hid)
b_vis = np.zeros(n_vis)


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def encode(x):
    return sigmoid(x @ W + b_hid)


def decode(h):
    return sigmoid(h @ W.T + b_vis)


def cross_entropy(x, r):
    r = np.clip(r, 1e-9, 1 - 1e-9)
    return -np.sum(x * np.log(r) + (1 - x) * np.log(1 - r)) / len(x)


# RMSprop state
sq_W, sq_h, sq_v = np.zeros_like(W), np.zeros_like(b_hid), np.zeros_like(b_vis)
lr, rho, eps = 0.01, 0.9, 1e-8

for epoch in range(12001):
    # salt and pepper noise on the input, clean picture as the target
    copies = np.repeat(X, 4, axis=0)
    flips = rng.rand(*copies.shape) < 0.03
    noisy = np.where(flips, 1 - copies, copies)

    h = encode(noisy)
    r = decode(h)

    d_r = (r - copies) / len(copies)        # at the input of the output sigmoid
    d_h = (d_r @ W) * h * (1 - h)           # at the input of the hidden sigmoid
    g_W = noisy.T @ d_h + d_r.T @ h
    g_h = d_h.sum(axis=0)
    g_v = d_r.sum(axis=0)

    sq_W = rho * sq_W + (1 - rho) * g_W ** 2
    sq_h = rho * sq_h + (1 - rho) * g_h ** 2
    sq_v = rho * sq_v + (1 - rho) * g_v ** 2
    W -= lr * g_W / (np.sqrt(sq_W) + eps)
    b_hid -= lr * g_h / (np.sqrt(sq_h) + eps)
    b_vis -= lr * g_v / (np.sqrt(sq_v) + eps)
    if epoch == 9000:
        lr /= 5

    if epoch % 1500 == 0:
        print(epoch, "reconstruction cost", round(cross_entropy(X, decode(encode(X))), 4))

picture = decode(encode(X))
for d in (2, 5):
    for i in range(7):
        print("".join("#" if v > 0.5 else "." for v in picture[d, 5 * i:5 * i + 5]))
    print()
print("wrong pixels:", int(np.sum((picture > 0.5) != (X > 0.5))), "of", X.size)
