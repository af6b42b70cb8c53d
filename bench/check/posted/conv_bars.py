# CNN in numpy: conv 3x3 -> relu -> maxpool 2x2 -> fully connected -> softmax
# toy images 10x10: horizontal bar / vertical bar / diagonal
import numpy as np

np.random.seed(12)


def make_image(kind):
    img = np.random.randn(10, 10) * 0.15
    pos = np.random.randint(1, 9)
    if kind == 0:
        img[pos, 1:9] += 1
    elif kind == 1:
        img[1:9, pos] += 1
    else:
        for k in range(8):
            img[1 + k, 1 + (k + pos) % 8] += 1
    return img


class ConvNet:
    def __init__(self, n_filters=4, n_classes=3):
        self.F = n_filters
        self.filters = np.random.randn(n_filters, 3, 3) / 3
        self.fbias = np.zeros(n_filters)
        self.Wfc = np.random.randn(n_filters * 16, n_classes) * np.sqrt(1 / (n_filters * 16))
        self.bfc = np.zeros(n_classes)

    def conv(self, imgs):
        n = imgs.shape[0]
        out = np.zeros((n, self.F, 8, 8))
        for i in range(8):
            for j in range(8):
                patch = imgs[:, i:i + 3, j:j + 3]
                out[:, :, i, j] = np.tensordot(patch, self.filters, axes=([1, 2], [1, 2])) + self.fbias
        return out

    def forward(self, imgs):
        self.imgs = imgs
        self.z = self.conv(imgs)
        self.a = np.maximum(self.z, 0)
        n = len(imgs)
        blocks = self.a.reshape(n, self.F, 4, 2, 4, 2)
        self.pooled = blocks.max(axis=(3, 5))
        self.flat = self.pooled.reshape(n, -1)
        logits = self.flat @ self.Wfc + self.bfc
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def backward(self, labels):
        n = len(labels)
        dlogits = self.probs.copy()
        dlogits[np.arange(n), labels] -= 1
        dlogits /= n
        dWfc = self.flat.T @ dlogits
        dbfc = dlogits.sum(axis=0)
        dpool = (dlogits @ self.Wfc.T).reshape(n, self.F, 4, 4)

        # send the gradient back to the winner of every 2x2 block
        up = dpool.repeat(2, axis=2).repeat(2, axis=3)
        winners = self.a == self.pooled.repeat(2, axis=2).repeat(2, axis=3)
        da = up * winners
        dz = da * (self.z > 0)

        dfilters = np.zeros_like(self.filters)
        for i in range(8):
            for j in range(8):
                patch = self.imgs[:, i:i + 3, j:j + 3]
                dfilters += np.tensordot(dz[:, :, i, j], patch, axes=([0], [0]))
        dfbias = dz.sum(axis=(0, 2, 3))
        return dfilters, dfbias, dWfc, dbfc

    def step(self, grads, lr):
        for p, g in zip((self.filters, self.fbias, self.Wfc, self.bfc), grads):
            p -= lr * g


def evaluate(net, images, labels):
    probs = net.forward(images)
    loss = -np.log(probs[np.arange(len(labels)), labels]).mean()
    return loss, (probs.argmax(axis=1) == labels).mean()


labels = np.arange(240) % 3
images = np.array([make_image(k) for k in labels])
train_x, train_y, test_x, test_y = images[:180], labels[:180], images[180:], labels[180:]

net = ConvNet()
for epoch in range(15):
    perm = np.random.permutation(len(train_x))
    for s in range(0, len(perm), 20):
        b = perm[s:s + 20]
        net.forward(train_x[b])
        net.step(net.backward(train_y[b]), lr=0.15)
    if epoch % 2 == 0:
        loss, acc = evaluate(net, test_x, test_y)
        print("Epoch %2d: test loss %.4f, test accuracy %.2f" % (epoch, loss, acc))
