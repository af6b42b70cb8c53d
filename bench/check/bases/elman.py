import numpy as np

np.random.seed(26)
T, n_in, n_h = 6, 2, 5
inputs = np.random.randn(T, n_in)
targets = np.cumsum(inputs[:, 0]) * 0.3
U = np.random.randn(n_h, n_in) * 0.4
V = np.random.randn(n_h) * 0.4
W = np.random.randn(n_h, n_h) * 0.3
b = np.zeros(n_h)

for epoch in range(200):
    s = np.zeros((T + 1, n_h))
    o = np.zeros(T)
    for t in range(T):
        s[t] = np.tanh(U.dot(inputs[t]) + W.dot(s[t - 1]) + b)
        o[t] = V.dot(s[t])
    loss = 0.5 * np.sum((o - targets) ** 2)

    dU, dV, dW, db = np.zeros_like(U), np.zeros_like(V), np.zeros_like(W), np.zeros_like(b)
    carry = np.zeros(n_h)
    for t in range(T - 1, -1, -1):
        delta_o = o[t] - targets[t]
        dV += delta_o * s[t]
        ds = delta_o * V + carry
        dz = ds * (1 - s[t] ** 2)
        dU += np.outer(dz, inputs[t])
        dW += np.outer(dz, s[t - 1])
        db += dz
        carry = W.T.dot(dz)
    U -= 0.02 * dU
    V -= 0.02 * dV
    W -= 0.02 * dW
    b -= 0.02 * db
    if epoch % 50 == 0:
        print(epoch, loss)
