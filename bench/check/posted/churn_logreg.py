# %% [markdown]
# # Churn baseline: logistic regression by hand (weighted BCE + RMSprop)
# ~15% positives so I weight the positive class.

# %%
import numpy as np
rs = np.random.RandomState(2021)

# %% synthetic customers
n = 3000
tenure = rs.gamma(2.0, 14.0, n)                # months
monthly = rs.normal(65, 22, n).clip(15, 130)   # $
calls = rs.poisson(1.3, n)                     # support calls
contract = rs.choice([0, 1, 2], n, p=[.5, .3, .2])
logit = -2.1 - 0.05 * (tenure - 28) + 0.03 * (monthly - 65) + 0.6 * (calls - 1.3) - 0.9 * (contract - .7)
churn = (rs.rand(n) < 1 / (1 + np.exp(-logit))).astype(float)

feats = np.column_stack([tenure, monthly, calls, contract == 1, contract == 2]).astype(float)

# %% split + standardise with TRAIN statistics only
idx = rs.permutation(n)
tr, va, te = idx[:2000], idx[2000:2500], idx[2500:]
mu, sd = feats[tr].mean(0), feats[tr].std(0)
feats = (feats - mu) / sd
Xtr, ytr = feats[tr], churn[tr]
Xva, yva = feats[va], churn[va]
Xte, yte = feats[te], churn[te]
pos_w = (1 - ytr.mean()) / ytr.mean()
print("positives: %.3f   pos_w: %.2f" % (ytr.mean(), pos_w))


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def wbce(p, y):
    p = p.clip(1e-9, 1 - 1e-9)
    return -np.mean(pos_w * y * np.log(p) + (1 - y) * np.log(1 - p))


def grad(X, y, w, b, l2):
    p = sigmoid(X @ w + b)
    # d/dz of  -[pw*y*log p + (1-y)*log(1-p)]
    dz = (p * (1 - y) - pos_w * y * (1 - p)) / len(y)
    return X.T @ dz + l2 * w, dz.sum()


def auc(score, y):
    order = np.argsort(score)
    ranks = np.empty(len(score))
    ranks[order] = np.arange(1, len(score) + 1)
    npos = y.sum()
    return (ranks[y == 1].sum() - npos * (npos + 1) / 2) / (npos * (len(y) - npos))


# %% train
w = np.zeros(Xtr.shape[1])
b = 0.0
sw = np.zeros_like(w)
sb = 0.0
lr, rho, eps, l2 = 0.01, 0.9, 1e-8, 1e-3
best, best_wb, wait = np.inf, None, 0

for epoch in range(60):
    perm = rs.permutation(len(Xtr))
    for s in range(0, len(perm), 100):
        k = perm[s:s + 100]
        gw, gb = grad(Xtr[k], ytr[k], w, b, l2)
        sw = rho * sw + (1 - rho) * gw ** 2
        sb = rho * sb + (1 - rho) * gb ** 2
        w = w - lr * gw / (np.sqrt(sw) + eps)
        b = b - lr * gb / (np.sqrt(sb) + eps)
    vl = wbce(sigmoid(Xva @ w + b), yva)
    if vl < best - 1e-4:
        best, best_wb, wait = vl, (w.copy(), b), 0
    else:
        wait += 1
    if epoch % 5 == 0:
        print("epoch %2d  val loss %.4f  val auc %.3f" % (epoch, vl, auc(Xva @ w + b, yva)))
    if wait >= 10:
        print("early stop at", epoch)
        break

# %% test
w, b = best_wb
pt = sigmoid(Xte @ w + b)
print("TEST auc %.3f  recall@.5 %.3f" % (auc(pt, yte), (pt[yte == 1] > .5).mean()))
for name, coef in zip(["tenure", "monthly", "calls", "1yr", "2yr"], w):
    print("  %-8s % .3f" % (name, coef))
