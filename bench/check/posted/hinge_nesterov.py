import numpy as np

# max-margin classifier with one tanh hidden layer
# labels are -1 / +1, hinge loss, L1 penalty on the weights, Nesterov momentum

np.random.seed(8)
n = 200
ang = 2*np.pi*np.random.rand(n)
lab = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
rad = np.where(lab > 0, 0.8, 2.0) + 0.25*np.random.randn(n)
X = np.c_[rad*np.cos(ang), rad*np.sin(ang)]
y = lab.reshape(-1, 1)

H = 20
W1 = np.random.randn(2, H)*0.7
b1 = np.zeros((1, H))
W2 = np.random.randn(H, 1)*0.2
b2 = np.zeros((1, 1))
vW1 = 0*W1; vb1 = 0*b1; vW2 = 0*W2; vb2 = 0*b2

lr, mu, lam = 0.05, 0.9, 1e-3

def grads(W1, b1, W2, b2):
    h = np.tanh(X @ W1 + b1)
    s = h @ W2 + b2
    margin = y*s
    loss = np.mean(np.maximum(0, 1 - margin)) + lam*(np.abs(W1).sum() + np.abs(W2).sum())
    active = margin < 1
    ds = -(y*active)/n
    dW2 = h.T @ ds + lam*np.sign(W2)
    db2 = ds.sum(axis=0, keepdims=True)
    dh = (ds @ W2.T)*(1 - h*h)
    dW1 = X.T @ dh + lam*np.sign(W1)
    db1 = dh.sum(axis=0, keepdims=True)
    acc = np.mean(np.sign(s) == y)
    return loss, acc, dW1, db1, dW2, db2

for it in range(400):
    # gradient at the look-ahead point
    loss, acc, dW1, db1, dW2, db2 = grads(W1 + mu*vW1, b1 + mu*vb1, W2 + mu*vW2, b2 + mu*vb2)
    vW1 = mu*vW1 - lr*dW1
    vb1 = mu*vb1 - lr*db1
    vW2 = mu*vW2 - lr*dW2
    vb2 = mu*vb2 - lr*db2
    W1 = W1 + vW1
    b1 = b1 + vb1
    W2 = W2 + vW2
    b2 = b2 + vb2
    if it % 50 == 0:
        print(it, 'loss =', round(loss, 4), ' acc =', acc)

print('final loss', loss, 'acc', acc)
print('weights close to zero:', int(np.sum(np.abs(W1) < 1e-2)), 'of', W1.size)
