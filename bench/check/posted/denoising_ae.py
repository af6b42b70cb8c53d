import numpy as np

### Denoising autoencoder, tied weights, sigmoid units, BCE reconstruction
### data: 6x6 images with random horizontal/vertical stripes

rs = np.random.RandomState(31)

def stripes(n):
    out = np.zeros((n, 6, 6))
    for k in range(n):
        which = rs.rand(6) < 0.3
        if k % 2:
            out[k, which, :] = 1
        else:
            out[k, :, which] = 1
    return out.reshape(n, 36)

def corrupt(x, level=0.15):
    flip = rs.rand(*x.shape) < level
    return np.where(flip, 1 - x, x)

def sigma(a):
    return 1. / (1. + np.exp(-a))

class DenoisingAutoencoder(object):

    def __init__(self, n_visible, n_hidden):
        bound = 4 * np.sqrt(6. / (n_visible + n_hidden))
        self.W = rs.uniform(-bound, bound, size=(n_visible, n_hidden))
        self.hbias = np.zeros(n_hidden)
        self.vbias = np.zeros(n_visible)

    def encode(self, v):
        return sigma(np.dot(v, self.W) + self.hbias)

    def decode(self, h):
        return sigma(np.dot(h, self.W.T) + self.vbias)

    def cost(self, x, xTilde):
        z = self.decode(self.encode(xTilde))
        return -np.mean(np.sum(x * np.log(z + 1e-10) + (1 - x) * np.log(1 - z + 1e-10), axis=1))

    def gradients(self, x, xTilde):
        N = x.shape[0]
        y = self.encode(xTilde)
        z = self.decode(y)
        L_vbias = (z - x) / N
        L_hbias = np.dot(L_vbias, self.W) * y * (1 - y)
        # W is used twice: in the encoder and (transposed) in the decoder
        L_W = np.dot(xTilde.T, L_hbias) + np.dot(L_vbias.T, y)
        return L_W, L_hbias.sum(axis=0), L_vbias.sum(axis=0)

    def train_step(self, x, lr):
        xTilde = corrupt(x)
        gW, gh, gv = self.gradients(x, xTilde)
        self.W -= lr * gW
        self.hbias -= lr * gh
        self.vbias -= lr * gv
        return self.cost(x, xTilde)

X = stripes(300)
Xtest = stripes(100)
da = DenoisingAutoencoder(36, 30)
for ep in range(60):
    rs.shuffle(X)
    c = []
    for i in range(0, len(X), 20):
        c.append(da.train_step(X[i:i+20], lr=0.3))
    if ep % 10 == 9:
        noisy = corrupt(Xtest)
        rec = da.decode(da.encode(noisy)) > 0.5
        print('epoch %d, cost %.3f, wrong pixels: noisy %.3f -> cleaned %.3f' % (
            ep + 1, np.mean(c), np.mean(noisy != Xtest), np.mean(rec != Xtest)))
