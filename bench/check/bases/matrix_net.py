import numpy as np
from numpy import matrix, multiply

np.random.seed(321)
A = matrix(np.random.rand(30, 4) - 0.5)
T = matrix((A[:, 0] > A[:, 1]).astype(float))
T = np.hstack((T, 1 - T))

V = matrix(np.random.rand(4, 6) * 2 - 1)
vb = matrix(np.zeros((1, 6)))
W = matrix(np.random.rand(6, 2) * 2 - 1)
wb = matrix(np.zeros((1, 2)))
eta = 0.3


def sigm(M):
    return 1 / (1 + np.exp(-M))


def sigm_deriv(M):
    return multiply(sigm(M), 1 - sigm(M))


for epoch in range(250):
    S = A * V + vb
    H = sigm(S)
    R = H * W + wb
    O = sigm(R)
    e = O - T
    cost = 0.5 * multiply(e, e).sum()

    delta_o = multiply(e, sigm_deriv(R))
    delta_h = multiply(delta_o * W.T, sigm_deriv(S))
    dW = H.T * delta_o
    dV = A.T * delta_h
    dwb = delta_o.sum(axis=0)
    dvb = delta_h.sum(axis=0)

    W = W - eta * dW
    V = V - eta * dV
    wb = wb - eta * dwb
    vb = vb - eta * dvb
    if epoch % 50 == 0:
        print(epoch, cost)
