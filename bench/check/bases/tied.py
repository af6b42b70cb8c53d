import numpy as np

rng = np.random.RandomState(11)
data = rng.rand(16, 6)
n_code = 3
W = rng.randn(6, n_code) * 0.4
b_enc = np.zeros(n_code)
b_dec = np.zeros(6)
learning_rate = 0.3


def sigmoid(v):
    return 1.0 / (1.0 + np.exp(-v))


history = []
for epoch in range(400):
    code = sigmoid(data @ W + b_enc)
    recon = sigmoid(code @ W.T + b_dec)
    diff = recon - data
    loss = 0.5 * np.sum(diff ** 2) / len(data)
    history.append(loss)

    d_out = diff * recon * (1 - recon) / len(data)
    d_code = (d_out @ W) * code * (1 - code)
    grad_W = data.T @ d_code + d_out.T @ code
    grad_enc = d_code.sum(axis=0)
    grad_dec = d_out.sum(axis=0)
    W = W - learning_rate * grad_W
    b_enc = b_enc - learning_rate * grad_enc
    b_dec = b_dec - learning_rate * grad_dec
print(history[0], history[-1])
