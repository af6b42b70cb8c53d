import numpy as np

rs = np.random.RandomState(0)
images = rs.rand(6, 6, 6)
targets = (images[:, :3].mean(axis=(1, 2)) > images[:, 3:].mean(axis=(1, 2))).astype(float)
kernel = rs.randn(3, 3) * 0.3
kernel_bias = 0.1
weights = rs.randn(16) * 0.3
bias = 0.05
rate = 0.2


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


for epoch in range(100):
    total = 0.0
    for image, target in zip(images, targets):
        feature = np.zeros((4, 4))
        for i in range(4):
            for j in range(4):
                feature[i, j] = np.sum(image[i:i + 3, j:j + 3] * kernel) + kernel_bias
        active = np.maximum(feature, 0)
        flat = active.reshape(-1)
        out = sigmoid(np.dot(weights, flat) + bias)
        total += -(target * np.log(out) + (1 - target) * np.log(1 - out))

        dz = out - target
        dweights = dz * flat
        dflat = dz * weights
        dfeature = dflat.reshape(4, 4) * (feature > 0)
        dkernel = np.zeros((3, 3))
        for i in range(4):
            for j in range(4):
                dkernel += dfeature[i, j] * image[i:i + 3, j:j + 3]
        weights = weights - rate * dweights
        bias = bias - rate * dz
        kernel = kernel - rate * dkernel
        kernel_bias = kernel_bias - rate * dfeature.sum()
    if epoch % 20 == 0:
        print("loss", total / len(images))
