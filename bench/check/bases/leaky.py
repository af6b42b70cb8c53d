import numpy as np

rng = np.random.RandomState(25)
x_train = rng.uniform(-2, 2, size=(36, 2))
y_train = (x_train[:, :1] ** 2 - x_train[:, 1:]) / 3


def leaky(v):
    return np.where(v > 0, v, 0.01 * v)


def leaky_grad(v):
    return np.where(v > 0, 1.0, 0.01)


weights = {'h': rng.randn(2, 9) * 0.5, 'o': rng.randn(9, 1) * 0.5}
biases = {'h': np.full(9, 0.05), 'o': np.zeros(1)}


def train_step(xb, yb, alpha):
    pre = np.matmul(xb, weights['h']) + biases['h']
    act = leaky(pre)
    pred = np.matmul(act, weights['o']) + biases['o']
    err = pred - yb
    batch = xb.shape[0]
    grad_o = np.matmul(act.T, err) / batch
    back = np.matmul(err, weights['o'].T) * leaky_grad(pre)
    grad_h = np.matmul(xb.T, back) / batch
    bias_o = err.mean(axis=0)
    bias_h = back.mean(axis=0)
    weights['o'] -= alpha * grad_o
    weights['h'] -= alpha * grad_h
    biases['o'] -= alpha * bias_o
    biases['h'] -= alpha * bias_h
    return (err ** 2).mean() / 2


for epoch in range(50):
    order = rng.permutation(len(x_train))
    losses = []
    for start in range(0, len(order), 12):
        pick = order[start:start + 12]
        losses.append(train_step(x_train[pick], y_train[pick], 0.1))
    if epoch % 10 == 0:
        print(epoch, np.mean(losses))
