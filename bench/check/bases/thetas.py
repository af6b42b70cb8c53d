import numpy as np

# every theta has one more row, the last one, for the bias: activations get a column of ones on the right


def addOnes(a):
    return np.hstack((a, np.ones((a.shape[0], 1))))


def g(z):
    return 1.0 / (1.0 + np.exp(-z))


np.random.seed(11)
N = 70
x = np.random.rand(N, 2) * 4 - 2
y = (np.sin(2 * x[:, 0]) > x[:, 1]).astype(float)[:, np.newaxis]
shape = [2, 7, 5, 1]
thetas = []
for k in range(len(shape) - 1):
    thetas.append(np.random.randn(shape[k] + 1, shape[k + 1]) * 0.8)

alpha = 1.2
for i in range(400):
    acts = [addOnes(x)]
    for k in range(len(thetas)):
        a = g(acts[k] @ thetas[k])
        acts.append(a if k == len(thetas) - 1 else addOnes(a))
    h = acts[-1]
    if i % 80 == 0:
        print('J =', -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)))

    delta = (h - y) / N
    grads = [None] * len(thetas)
    for k in reversed(range(len(thetas))):
        grads[k] = acts[k].T @ delta
        if k > 0:
            a = acts[k][:, :-1]
            delta = (delta @ thetas[k][:-1].T) * a * (1 - a)
    for k in range(len(thetas)):
        thetas[k] -= alpha * grads[k]
print('accuracy', np.mean((h > 0.5) == (y > 0.5)))
