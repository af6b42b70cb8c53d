import numpy as np

SEED = 17
rng = np.random.default_rng(SEED)

# ---------- "train.csv" ----------
n = 1600
age = rng.uniform(18, 80, n)
income = rng.lognormal(10.4, 0.5, n)
visits = rng.poisson(6, n).astype(float)
balance = rng.normal(2000, 900, n)
score = (np.abs(age - 48) / 12 - 1.2) + 0.5 * (visits - 6) - 0.9 * (np.log(income) - 10.4) / 0.5
score += 0.6 * (balance - 2000) / 900
target = (rng.random(n) < 1 / (1 + np.exp(-2.5 * score))).astype(float)
X = np.column_stack([age, income, visits, balance])
y = target.reshape(-1, 1)

# ---------- split ----------
perm = rng.permutation(n)
n_val = n // 5
val_idx, tr_idx = perm[:n_val], perm[n_val:]
X_tr, y_tr = X[tr_idx], y[tr_idx]
X_val, y_val = X[val_idx], y[val_idx]

# ---------- standardise with train statistics ----------
mu, sd = X_tr.mean(axis=0), X_tr.std(axis=0)
X_tr = (X_tr - mu) / sd
X_val = (X_val - mu) / sd

# ---------- model ----------
sizes = [X.shape[1], 16, 1]
params = {
    'W1': rng.normal(0, np.sqrt(2 / sizes[0]), (sizes[0], sizes[1])),
    'b1': np.zeros(sizes[1]),
    'W2': rng.normal(0, np.sqrt(2 / sizes[1]), (sizes[1], sizes[2])),
    'b2': np.zeros(sizes[2]),
}


def forward(X, P):
    z1 = X @ P['W1'] + P['b1']
    a1 = np.maximum(z1, 0)
    z2 = a1 @ P['W2'] + P['b2']
    p = 1 / (1 + np.exp(-np.clip(z2, -30, 30)))
    return a1, p


def logloss(p, y):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def gradients(X, y, P):
    a1, p = forward(X, P)
    d2 = (p - y) / len(X)
    d1 = (d2 @ P['W2'].T) * (a1 > 0)
    return {'W2': a1.T @ d2, 'b2': d2.sum(axis=0), 'W1': X.T @ d1, 'b1': d1.sum(axis=0)}


def accuracy(p, y):
    return np.mean((p > 0.5) == (y > 0.5))


# ---------- training ----------
lr = 0.2
batch_size = 64
patience = 15
best = np.inf
wait = 0
best_params = {k: v.copy() for k, v in params.items()}

for epoch in range(200):
    idx = rng.permutation(len(X_tr))
    X_sh = X_tr[idx]
    y_sh = y_tr[idx]
    for s in range(0, len(X_sh), batch_size):
        xb, yb = X_sh[s:s + batch_size], y_sh[s:s + batch_size]
        g = gradients(xb, yb, params)
        for k in params:
            params[k] -= lr * g[k]

    tr_loss = logloss(forward(X_tr, params)[1], y_tr)
    p_val = forward(X_val, params)[1]
    val_loss = logloss(p_val, y_val)
    if epoch % 10 == 0:
        print(f'[{epoch:3d}] train {tr_loss:.4f}  val {val_loss:.4f}  val acc {accuracy(p_val, y_val):.4f}')

    if val_loss < best - 1e-4:
        best = val_loss
        wait = 0
        best_params = {k: v.copy() for k, v in params.items()}
    else:
        wait += 1
        if wait >= patience:
            print('early stop at', epoch)
            break

p_val = forward(X_val, best_params)[1]
print('best val logloss', best, 'acc', accuracy(p_val, y_val), 'base rate', max(y_val.mean(), 1 - y_val.mean()))
