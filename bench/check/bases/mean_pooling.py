import numpy as np

np.random.seed(28)


class ConvLayer:
    """valid convolution (really correlation), 3x3, ReLU"""

    def __init__(self, num_filters):
        self.num_filters = num_filters
        self.filters = np.random.randn(num_filters, 3, 3) / 3
        self.biases = np.zeros(num_filters)

    def regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                yield image[i:i + 3, j:j + 3], i, j

    def forward(self, image):
        self.image = image
        self.output = np.zeros((self.num_filters, image.shape[0] - 2, image.shape[1] - 2))
        for region, i, j in self.regions(image):
            self.output[:, i, j] = np.sum(self.filters * region, axis=(1, 2)) + self.biases
        return np.maximum(self.output, 0)

    def backward(self, d_out, lr):
        d_out = d_out * (self.output > 0)
        d_filters = np.zeros_like(self.filters)
        for region, i, j in self.regions(self.image):
            for f in range(self.num_filters):
                d_filters[f] += d_out[f, i, j] * region
        d_biases = d_out.sum(axis=(1, 2))
        self.filters -= lr * d_filters
        self.biases -= lr * d_biases


class MeanPool2:
    def forward(self, maps):
        f, h, w = maps.shape
        return maps.reshape(f, h // 2, 2, w // 2, 2).mean(axis=(2, 4))

    def backward(self, d_pooled):
        return d_pooled.repeat(2, axis=1).repeat(2, axis=2) / 4


class SoftmaxLayer:
    def __init__(self, n_in, n_classes):
        self.W = np.random.randn(n_in, n_classes) / n_in
        self.b = np.zeros(n_classes)

    def forward(self, maps):
        self.shape = maps.shape
        self.flat = maps.flatten()
        e = np.exp(self.flat @ self.W + self.b)
        self.probs = e / e.sum()
        return self.probs

    def backward(self, label, lr):
        grad = self.probs.copy()
        grad[label] -= 1
        d_flat = self.W @ grad
        self.W -= lr * np.outer(self.flat, grad)
        self.b -= lr * grad
        return d_flat.reshape(self.shape)


images = np.random.randn(15, 6, 6) * 0.2
labels = np.random.randint(0, 3, 15)
for img, lab in zip(images, labels):
    if lab == 0:
        img[2, :] += 1       # horizontal bar
    elif lab == 1:
        img[:, 3] += 1       # vertical bar
    else:
        img += np.eye(6)

conv, pool, out = ConvLayer(2), MeanPool2(), SoftmaxLayer(8, 3)
for epoch in range(5):
    total, right = 0.0, 0
    for img, lab in zip(images, labels):
        probs = out.forward(pool.forward(conv.forward(img)))
        loss = -np.log(probs[lab])
        total += loss
        right += int(probs.argmax() == lab)
        conv.backward(pool.backward(out.backward(lab, 0.3)), 0.3)
    print('Epoch %d: average loss %.3f, accuracy %d/%d' % (epoch + 1, total / len(images), right, len(images)))
