import numpy as np

# Siamese network: the same encoder for both pictures, contrastive loss.
# x1, x2: (features, pairs), same: (1, pairs)
np.random.seed(99)
pairs = 30
x1 = np.random.randn(6, pairs)
same = np.random.randint(0, 2, (1, pairs))
x2 = np.where(same == 1, x1 + 0.3 * np.random.randn(6, pairs), np.random.randn(6, pairs))
margin = 1.5

W_a = np.random.randn(8, 6) * 0.4
b_a = np.random.randn(8, 1) * 0.1
W_b = np.random.randn(3, 8) * 0.4
b_b = np.random.randn(3, 1) * 0.1


def encode(x):
    u = np.dot(W_a, x) + b_a
    h = np.tanh(u)
    e = np.dot(W_b, h) + b_b
    return u, h, e


def contrastive(dist, same):
    gap = np.maximum(0, margin - dist)
    return np.mean(same * dist ** 2 + (1 - same) * gap ** 2)


def encoder_gradients(x, h, de):
    gW_b = np.dot(de, h.T)
    gb_b = np.sum(de, axis=1, keepdims=True)
    dh = np.dot(W_b.T, de)
    du = dh * (1 - h ** 2)
    gW_a = np.dot(du, x.T)
    gb_a = np.sum(du, axis=1, keepdims=True)
    return gW_a, gb_a, gW_b, gb_b


rate = 0.05
for it in range(200):
    u1, h1, e1 = encode(x1)
    u2, h2, e2 = encode(x2)
    diff = e1 - e2
    dist = np.sqrt(np.sum(diff ** 2, axis=0, keepdims=True))
    loss = contrastive(dist, same)

    gap = np.maximum(0, margin - dist)
    ddist = (2 * same * dist - 2 * (1 - same) * gap) / pairs
    de1 = ddist * diff / dist
    de2 = -de1
    left = encoder_gradients(x1, h1, de1)
    right = encoder_gradients(x2, h2, de2)

    W_a -= rate * (left[0] + right[0])
    b_a -= rate * (left[1] + right[1])
    W_b -= rate * (left[2] + right[2])
    b_b -= rate * (left[3] + right[3])
    if it % 40 == 0:
        print("it", it, "loss", loss)
