import numpy as np

def softmax(v):
    e = np.exp(v - np.max(v))
    return e / np.sum(e)

def softmax_jacobian(s):
    return np.diag(s) - np.outer(s, s)

def relu(v):
    return np.maximum(v, 0)

np.random.seed(31)
inputs = np.random.rand(25, 4) * 2 - 1
classes = np.argmin(np.abs(inputs[:, :3] - 0.3), axis=1)
wanted = np.zeros((25, 3))
for i, c in enumerate(classes):
    wanted[i][c] = 1

w_ih = np.random.randn(7, 4) * 0.6
w_ho = np.random.randn(3, 7) * 0.6
bias_h = np.full(7, 0.1)
bias_o = np.zeros(3)
LR = 0.5

for epoch in range(60):
    grad_ih, grad_ho = np.zeros(w_ih.shape), np.zeros(w_ho.shape)
    grad_bh, grad_bo = np.zeros(7), np.zeros(3)
    cost = 0
    for x, y in zip(inputs, wanted):
        net_h = np.dot(w_ih, x) + bias_h
        out_h = relu(net_h)
        net_o = np.dot(w_ho, out_h) + bias_o
        out_o = softmax(net_o)
        cost += -np.dot(y, np.log(out_o))
        # dC/d(out), then the full Jacobian of the softmax
        d_out = -y / out_o
        d_net_o = np.dot(softmax_jacobian(out_o), d_out)
        d_out_h = np.dot(w_ho.T, d_net_o)
        d_net_h = np.multiply(d_out_h, net_h > 0)
        grad_ho += np.outer(d_net_o, out_h)
        grad_ih += np.outer(d_net_h, x)
        grad_bo += d_net_o
        grad_bh += d_net_h
    w_ho -= LR * grad_ho / len(inputs)
    w_ih -= LR * grad_ih / len(inputs)
    bias_o -= LR * grad_bo / len(inputs)
    bias_h -= LR * grad_bh / len(inputs)
    if epoch % 10 == 0:
        print("epoch", epoch, "cost", cost / len(inputs))
