import numpy as np

# five layers of tanh, momentum, a rate that goes down, and it ends when nothing improves any more
np.random.seed(1234)
sizes = [2, 8, 8, 6, 4, 1]
depth = len(sizes) - 1
X = np.random.uniform(-1, 1, (64, 2))
Y = np.sign(X[:, :1] * X[:, 1:]) * 0.8
Ws = [np.random.randn(a, b) * np.sqrt(1.0 / a) for a, b in zip(sizes[:-1], sizes[1:])]
bs = [np.zeros(b) for b in sizes[1:]]
vW = [np.zeros(W.shape) for W in Ws]
vb = [np.zeros(b.shape) for b in bs]
rate0, mu = 0.3, 0.5
best, waited = np.inf, 0

for epoch in range(400):
    rate = rate0 * np.exp(-0.003 * epoch)
    S, H = [], [X]
    for l in range(depth):
        S.append(H[l] @ Ws[l] + bs[l])
        H.append(np.tanh(S[l]))
    error = H[-1] - Y
    cost = 0.5 * np.mean(np.sum(error * error, axis=1))

    if cost < best - 1e-5:
        best, waited = cost, 0
    else:
        waited += 1
    if waited > 20:
        print("no progress since epoch", epoch - waited)
        break

    gW, gb = [None] * depth, [None] * depth
    delta = error / len(X)
    for l in range(depth - 1, -1, -1):
        delta = delta * (1 - H[l + 1] ** 2)
        gW[l] = H[l].T @ delta
        gb[l] = delta.sum(axis=0)
        delta = delta @ Ws[l].T
    for l in range(depth):
        vW[l] = mu * vW[l] + gW[l]
        vb[l] = mu * vb[l] + gb[l]
        Ws[l] = Ws[l] - rate * vW[l]
        bs[l] = bs[l] - rate * vb[l]
    if epoch % 50 == 0:
        print(epoch, cost)
