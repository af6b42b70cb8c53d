import numpy as np

# A net without classes: on the way forward every operation leaves a little function
# on a list, and going backward means calling the list from its end.
# Labels are -1 / +1, loss is the hinge loss max(0, 1 - y*f).

rng = np.random.default_rng(17)
n = 240
radius = np.where(np.arange(n) % 3 == 1, rng.uniform(0.8, 1.3, n), 0.0)
radius = np.where(np.arange(n) % 3 == 0, rng.uniform(0.0, 0.6, n), radius)
radius = np.where(np.arange(n) % 3 == 2, rng.uniform(1.5, 2.0, n), radius)
phi = rng.uniform(0, 2 * np.pi, n)
X = np.stack([radius * np.cos(phi), radius * np.sin(phi)], axis=1)
y = np.where(np.arange(n) % 3 == 1, 1.0, -1.0)[:, None]      # the middle ring

sizes = [2, 14, 14, 14, 1]
net = [(rng.normal(0, 1 / np.sqrt(a), (a, b)), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]


def run(x):
    """returns the score and a function that maps d loss/d score to the gradients"""
    todo = []
    a = x
    for k, (W, b) in enumerate(net):
        def affine_back(d, W=W, inp=a):
            return d @ W.T, (inp.T @ d, d.sum(axis=0))
        todo.append(affine_back)
        a = a @ W + b
        if k < len(net) - 1:
            a = np.tanh(a)
            todo.append(lambda d, out=a: (d * (1 - out * out), None))

    def back(d):
        grads = []
        for f in todo[::-1]:
            d, g = f(d)
            if g is not None:
                grads.insert(0, g)
        return grads

    return a, back


def hinge(score, target):
    gap = 1 - target * score
    loss = np.maximum(0, gap).mean()
    slope = -target * (gap > 0) / len(target)
    return loss, slope


lr = 0.15
for epoch in range(3001):
    score, back = run(X)
    loss, slope = hinge(score, y)
    for (W, b), (gW, gb) in zip(net, back(slope)):
        W -= lr * gW
        b -= lr * gb
    if epoch % 500 == 0:
        print(f"{epoch:5d}  hinge {loss:.4f}  wrong {int((score * y <= 0).sum())}")
