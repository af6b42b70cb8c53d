import numpy as np

np.random.seed(14)
SIZE, K, N_KERNELS, N_CLASSES = 8, 3, 2, 2
CONV = SIZE - K + 1
POOL = CONV // 2

# horizontal or vertical bars with noise
images, labels = [], []
for n in range(14):
    picture = 0.2 * np.random.randn(SIZE, SIZE)
    where = np.random.randint(1, SIZE - 1)
    if n % 2:
        picture[where, :] += 1
    else:
        picture[:, where] += 1
    images.append(picture)
    labels.append(n % 2)

kernels = np.random.randn(N_KERNELS, K, K) * 0.4
kernel_bias = np.zeros(N_KERNELS)
weights = np.random.randn(N_CLASSES, N_KERNELS * POOL * POOL) * 0.2
bias = np.zeros(N_CLASSES)
learning_rate = 0.2

for epoch in range(8):
    loss = 0
    for picture, label in zip(images, labels):
        conv = np.zeros((N_KERNELS, CONV, CONV))
        for k in range(N_KERNELS):
            for r in range(CONV):
                for c in range(CONV):
                    conv[k, r, c] = np.sum(picture[r:r + K, c:c + K] * kernels[k]) + kernel_bias[k]
        relu = np.maximum(conv, 0)
        pooled = np.zeros((N_KERNELS, POOL, POOL))
        for k in range(N_KERNELS):
            for r in range(POOL):
                for c in range(POOL):
                    pooled[k, r, c] = np.max(relu[k, 2 * r:2 * r + 2, 2 * c:2 * c + 2])
        flat = pooled.flatten()
        scores = weights @ flat + bias
        prob = np.exp(scores - scores.max())
        prob /= prob.sum()
        loss -= np.log(prob[label])

        d_scores = prob.copy()
        d_scores[label] -= 1
        d_weights = np.outer(d_scores, flat)
        d_pool = (weights.T @ d_scores).reshape(pooled.shape)
        d_relu = np.zeros_like(relu)
        for k in range(N_KERNELS):
            for r in range(POOL):
                for c in range(POOL):
                    window = relu[k, 2 * r:2 * r + 2, 2 * c:2 * c + 2]
                    i, j = np.unravel_index(np.argmax(window), window.shape)
                    d_relu[k, 2 * r + i, 2 * c + j] = d_pool[k, r, c]
        d_conv = d_relu * (conv > 0)
        d_kernels = np.zeros_like(kernels)
        for k in range(N_KERNELS):
            for r in range(CONV):
                for c in range(CONV):
                    d_kernels[k] += d_conv[k, r, c] * picture[r:r + K, c:c + K]
        weights -= learning_rate * d_weights
        bias -= learning_rate * d_scores
        kernels -= learning_rate * d_kernels
        kernel_bias -= learning_rate * d_conv.sum(axis=(1, 2))
    print("epoch %d loss %.4f" % (epoch, loss / len(images)))
