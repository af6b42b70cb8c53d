# Kaggle notebook style: survival prediction, 1 hidden layer, dropout + Adam
import numpy as np

np.random.seed(0)

# --- fake passengers: class, sex, age, fare ---------------------------------
N = 400
pclass = np.random.choice([1, 2, 3], N)
sex = np.random.randint(0, 2, N)
age = np.random.uniform(1, 70, N)
fare = np.random.exponential(30, N) / pclass
score = 2.2 * sex - 0.9 * (pclass - 2) - 0.03 * (age - 30) + 0.01 * fare - 0.8
survived = (score + 0.5 * np.random.randn(N) > 0).astype(float)

X = np.column_stack([pclass, sex, age, fare]).astype(float)
y = survived.reshape(-1, 1)

X_train, X_val = X[:300], X[300:]
y_train, y_val = y[:300], y[300:]
mean, std = X_train.mean(0), X_train.std(0)
X_train = (X_train - mean) / std
X_val = (X_val - mean) / std

# --- model -------------------------------------------------------------------
H = 24
keep_prob = 0.6
params = {
    'W1': np.random.randn(4, H) * np.sqrt(2. / 4),
    'b1': np.zeros((1, H)),
    'W2': np.random.randn(H, 1) * np.sqrt(1. / H),
    'b2': np.zeros((1, 1)),
}
m_t = {k: np.zeros_like(v) for k, v in params.items()}
v_t = {k: np.zeros_like(v) for k, v in params.items()}
alpha, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8


def forward(X, train=True):
    cache = {}
    cache['Z1'] = X @ params['W1'] + params['b1']
    cache['A1'] = np.maximum(cache['Z1'], 0)
    if train:
        cache['D1'] = (np.random.rand(*cache['A1'].shape) < keep_prob) / keep_prob
        cache['A1'] = cache['A1'] * cache['D1']
    cache['A2'] = 1 / (1 + np.exp(-(cache['A1'] @ params['W2'] + params['b2'])))
    return cache


def bce(p, y):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def backward(X, y, cache):
    n = X.shape[0]
    grads = {}
    dZ2 = (cache['A2'] - y) / n
    grads['W2'] = cache['A1'].T @ dZ2
    grads['b2'] = dZ2.sum(axis=0, keepdims=True)
    dA1 = dZ2 @ params['W2'].T
    dA1 = dA1 * cache['D1']
    dZ1 = dA1 * (cache['Z1'] > 0)
    grads['W1'] = X.T @ dZ1
    grads['b1'] = dZ1.sum(axis=0, keepdims=True)
    return grads


t = 0
for epoch in range(60):
    order = np.random.permutation(300)
    for i in range(0, 300, 32):
        xb, yb = X_train[order[i:i + 32]], y_train[order[i:i + 32]]
        cache = forward(xb)
        grads = backward(xb, yb, cache)
        t += 1
        for k in params:
            m_t[k] = beta1 * m_t[k] + (1 - beta1) * grads[k]
            v_t[k] = beta2 * v_t[k] + (1 - beta2) * grads[k] ** 2
            m_hat = m_t[k] / (1 - beta1 ** t)
            v_hat = v_t[k] / (1 - beta2 ** t)
            params[k] -= alpha * m_hat / (np.sqrt(v_hat) + eps)
    if epoch % 10 == 0:
        tr = bce(forward(X_train, train=False)['A2'], y_train)
        va = bce(forward(X_val, train=False)['A2'], y_val)
        print(f'epoch {epoch}: train {tr:.4f}  val {va:.4f}')

val_pred = forward(X_val, train=False)['A2'] > 0.5
print('val accuracy', (val_pred == y_val).mean())
