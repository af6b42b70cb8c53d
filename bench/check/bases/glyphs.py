import numpy as np

# tiny "digits": 5x3 pictures of 0, 1, 4 and 7, pixels flipped at random
GLYPHS = ["111101101101111", "010110010010111", "101101111001001", "111001010010010"]
rng = np.random.RandomState(8)


def make_data(n):
    y = rng.randint(0, len(GLYPHS), n)
    x = np.array([[float(c) for c in GLYPHS[k]] for k in y])
    flip = rng.rand(n, 15) < 0.08
    x[flip] = 1 - x[flip]
    return x, y


def batches(x, y, size):
    order = rng.permutation(len(x))
    for start in range(0, len(x), size):
        pick = order[start:start + size]
        yield x[pick], y[pick]


W1 = rng.randn(15, 8) * np.sqrt(2.0 / 15)
B1 = np.zeros(8)
W2 = rng.randn(8, 6) * np.sqrt(2.0 / 8)
B2 = np.zeros(6)
W3 = rng.randn(6, 4) * np.sqrt(2.0 / 6)
B3 = np.zeros(4)


def forward(x):
    s1 = x @ W1 + B1
    h1 = np.maximum(s1, 0)
    s2 = h1 @ W2 + B2
    h2 = np.maximum(s2, 0)
    s3 = h2 @ W3 + B3
    e = np.exp(s3 - s3.max(axis=1, keepdims=True))
    return s1, h1, s2, h2, e / e.sum(axis=1, keepdims=True)


def train_batch(x, y, lr):
    global W1, B1, W2, B2, W3, B3
    n = len(y)
    s1, h1, s2, h2, probs = forward(x)
    loss = -np.log(probs[range(n), y]).mean()
    d3 = probs.copy()
    d3[range(n), y] -= 1
    d3 /= n
    gW3, gB3 = h2.T @ d3, d3.sum(0)
    d2 = (d3 @ W3.T) * (s2 > 0)
    gW2, gB2 = h1.T @ d2, d2.sum(0)
    d1 = (d2 @ W2.T) * (s1 > 0)
    gW1, gB1 = x.T @ d1, d1.sum(0)
    W3 = W3 - lr * gW3
    B3 = B3 - lr * gB3
    W2 = W2 - lr * gW2
    B2 = B2 - lr * gB2
    W1 = W1 - lr * gW1
    B1 = B1 - lr * gB1
    return loss


def accuracy(x, y):
    return np.mean(forward(x)[-1].argmax(axis=1) == y)


train_x, train_y = make_data(80)
val_x, val_y = make_data(40)
for epoch in range(12):
    losses = [train_batch(bx, by, 0.3) for bx, by in batches(train_x, train_y, 16)]
    print("epoch %2d  loss %.3f  train acc %.2f  val acc %.2f" % (
        epoch, np.mean(losses), accuracy(train_x, train_y), accuracy(val_x, val_y)))
