# Denoising autoencoder with tied weights: decoder uses the transpose of the encoder
import numpy as np

rs = np.random.RandomState(5)

# ---------------------------------------------------------------- data
# 6x6 patches with a bright square somewhere, columns are examples
def make_patches(count):
    P = np.zeros((36, count))
    for i in range(count):
        img = np.zeros((6, 6))
        r, c = rs.randint(0, 4, 2)
        img[r:r+3, c:c+3] = 1.0
        P[:, i] = img.ravel()
    return P

X = make_patches(200)
X = 0.05 + 0.9 * X            # keep targets inside (0, 1)
n_visible, n_samples = X.shape
n_hidden = 14

def sigm(a):
    return 1.0 / (1.0 + np.exp(-a))

W = rs.uniform(-1, 1, (n_hidden, n_visible)) * np.sqrt(6.0 / (n_hidden + n_visible))
b_enc = np.zeros((n_hidden, 1))
b_dec = np.zeros((n_visible, 1))

def encode(V):
    return sigm(W @ V + b_enc)

def decode(Hd):
    return sigm(W.T @ Hd + b_dec)

def cross_entropy(R, V):
    return -np.mean(np.sum(V * np.log(R) + (1 - V) * np.log(1 - R), axis=0))

lr = 0.1
batch = 20
corruption = 0.2
for epoch in range(80):
    order = rs.permutation(n_samples)
    cost = 0.0
    for s in range(0, n_samples, batch):
        clean = X[:, order[s:s+batch]]
        noisy = clean * (rs.rand(*clean.shape) > corruption)

        hid = encode(noisy)
        rec = decode(hid)
        cost += cross_entropy(rec, clean) * batch / n_samples

        # backward
        d_rec = (rec - clean) / batch
        d_hid = (W @ d_rec) * hid * (1 - hid)
        grad_W = d_hid @ noisy.T + hid @ d_rec.T
        grad_b_enc = d_hid.sum(axis=1, keepdims=True)
        grad_b_dec = d_rec.sum(axis=1, keepdims=True)

        W -= lr * grad_W
        b_enc -= lr * grad_b_enc
        b_dec -= lr * grad_b_dec
    if epoch % 10 == 0:
        print("epoch {0}: reconstruction cost {1:.4f}".format(epoch, cost))

R = decode(encode(X))
print("mean squared reconstruction error:", np.mean((R - X) ** 2))
