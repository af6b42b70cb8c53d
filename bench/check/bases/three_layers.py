import numpy as np

def phi(v):
    return 1 / (1 + np.exp(-v))

np.random.seed(1001)
# 0/1 inputs, is the number of ones odd?
bits = np.array([[int(c) for c in format(k, "04b")] for k in range(16)], dtype=float)
parity = (bits.sum(axis=1) % 2)[:, None]
bits = np.append(bits, np.ones((16, 1)), axis=1)      # the last input is the bias

syn0 = 2 * np.random.random((5, 8)) - 1
syn1 = 2 * np.random.random((8, 6)) - 1
syn2 = 2 * np.random.random((6, 1)) - 1
bias2 = np.zeros(1)
step_size = 0.9

for i in range(400):
    l0 = bits
    l1 = np.tanh(l0.dot(syn0))
    l2 = phi(l1.dot(syn1))
    l3 = phi(l2.dot(syn2) + bias2)

    l3_error = parity - l3
    if i % 100 == 0:
        print("Error:", 0.5 * np.sum(l3_error ** 2))
    l3_delta = l3_error * (l3 * (1 - l3))
    l2_error = l3_delta.dot(syn2.T)
    l2_delta = l2_error * (l2 * (1 - l2))
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * (1 - l1 ** 2)

    bias2 += step_size * l3_delta.sum(axis=0)
    syn2 += step_size * l2.T.dot(l3_delta)
    syn1 += step_size * l1.T.dot(l2_delta)
    syn0 += step_size * l0.T.dot(l1_delta)
