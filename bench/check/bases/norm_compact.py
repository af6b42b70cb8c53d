import numpy as np

np.random.seed(2)
n_samples = 45
points = np.vstack([np.random.randn(15, 2) * 0.4 + centre for centre in ([0, 0], [1.5, 1], [3, -1])])
labels = np.repeat(np.arange(3), 15)

model = {
    'W1': np.random.randn(2, 12) * 0.7,
    'scale': np.ones(12),
    'shift': np.zeros(12),
    'W2': np.random.randn(12, 3) * 0.3,
    'b2': np.zeros(3),
}
learning_rate = 0.5

for i in range(200):
    # forward pass, batch norm between the linear layer and the ReLU
    lin = points.dot(model['W1'])
    mean, var = lin.mean(0), lin.var(0)
    inv = (var + 1e-6) ** -0.5
    xhat = (lin - mean) * inv
    norm = model['scale'] * xhat + model['shift']
    act = norm * (norm > 0)
    scores = act.dot(model['W2']) + model['b2']
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(n_samples), labels]).sum() / n_samples

    dscores = probs - np.eye(3)[labels]
    dscores = dscores / n_samples
    grads = {}
    grads['W2'] = act.T.dot(dscores)
    grads['b2'] = dscores.sum(axis=0)
    dact = dscores.dot(model['W2'].T)
    dnorm = dact * (norm > 0)
    grads['scale'] = (dnorm * xhat).sum(axis=0)
    grads['shift'] = dnorm.sum(axis=0)
    dlin = model['scale'] * inv / n_samples * (n_samples * dnorm - dnorm.sum(axis=0) - xhat * (dnorm * xhat).sum(axis=0))
    grads['W1'] = points.T.dot(dlin)

    for key, grad in grads.items():
        model[key] = model[key] - learning_rate * grad
    if i % 40 == 0:
        print('iter %d: loss %.5f' % (i, loss))
