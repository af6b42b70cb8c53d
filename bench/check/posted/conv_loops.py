# CNN with plain loops: conv 3x3 -> relu -> max pool 2x2 -> softmax
# task: horizontal bar, vertical bar or diagonal in a noisy 8x8 picture
import numpy as np

np.random.seed(17)


def make_image(kind):
    img = 0.2 * np.random.randn(8, 8)
    k = np.random.randint(1, 7)
    if kind == 0:
        img[k, 1:7] += 1
    elif kind == 1:
        img[1:7, k] += 1
    else:
        s = np.random.randint(-2, 3)
        for r in range(8):
            if 0 <= r + s < 8:
                img[r, r + s] += 1
    return img


class Conv3x3:
    def __init__(self, num_filters):
        self.num_filters = num_filters
        self.filters = np.random.randn(num_filters, 3, 3) / 3
        self.bias = np.zeros(num_filters)

    def regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:i + 3, j:j + 3], i, j

    def forward(self, image):
        self.last_input = image
        h, w = image.shape
        out = np.zeros((h - 2, w - 2, self.num_filters))
        for region, i, j in self.regions(image):
            out[i, j] = np.sum(region * self.filters, axis=(1, 2)) + self.bias
        self.last_out = np.maximum(out, 0)
        return self.last_out

    def backprop(self, d_out, lr):
        d_out = d_out * (self.last_out > 0)
        d_filters = np.zeros(self.filters.shape)
        for region, i, j in self.regions(self.last_input):
            for f in range(self.num_filters):
                d_filters[f] += d_out[i, j, f] * region
        self.filters -= lr * d_filters
        self.bias -= lr * d_out.sum(axis=(0, 1))


class MaxPool2:
    def forward(self, x):
        self.last_input = x
        h, w, f = x.shape
        out = np.zeros((h // 2, w // 2, f))
        for i in range(h // 2):
            for j in range(w // 2):
                out[i, j] = x[2 * i:2 * i + 2, 2 * j:2 * j + 2].max(axis=(0, 1))
        return out

    def backprop(self, d_out):
        d_in = np.zeros(self.last_input.shape)
        h, w, f = d_out.shape
        for i in range(h):
            for j in range(w):
                patch = self.last_input[2 * i:2 * i + 2, 2 * j:2 * j + 2]
                for k in range(f):
                    a, b = np.unravel_index(patch[:, :, k].argmax(), (2, 2))
                    d_in[2 * i + a, 2 * j + b, k] += d_out[i, j, k]
        return d_in


class Softmax:
    def __init__(self, n_in, n_out):
        self.weights = np.random.randn(n_in, n_out) / np.sqrt(n_in)
        self.biases = np.zeros(n_out)

    def forward(self, x):
        self.shape = x.shape
        self.flat = x.flatten()
        s = self.flat @ self.weights + self.biases
        e = np.exp(s - s.max())
        self.p = e / e.sum()
        return self.p

    def backprop(self, label, lr):
        d_s = self.p.copy()
        d_s[label] -= 1
        d_flat = self.weights @ d_s
        self.weights -= lr * np.outer(self.flat, d_s)
        self.biases -= lr * d_s
        return d_flat.reshape(self.shape)


labels = np.arange(90) % 3
images = [make_image(k) for k in labels]
conv, pool, soft = Conv3x3(4), MaxPool2(), Softmax(3 * 3 * 4, 3)

for epoch in range(5):
    loss, correct = 0.0, 0
    for n in np.random.permutation(len(images)):
        p = soft.forward(pool.forward(conv.forward(images[n])))
        loss -= np.log(p[labels[n]])
        correct += int(p.argmax() == labels[n])
        grad = soft.backprop(labels[n], 0.05)
        conv.backprop(pool.backprop(grad), 0.05)
    print("--- Epoch %d: average loss %.3f, accuracy %d%%" % (epoch + 1, loss / len(images), 100 * correct // len(images)))

hits = sum(soft.forward(pool.forward(conv.forward(make_image(k % 3)))).argmax() == k % 3 for k in range(60))
print("test accuracy:", hits / 60)
