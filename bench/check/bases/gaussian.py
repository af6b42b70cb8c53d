# Regression that also says how sure it is: the network gives a mean and the log of a variance.
import numpy as np
np.random.seed(40)

x = np.linspace(-2, 2, 50)[:, None]
t = np.sin(2 * x) + (0.05 + 0.15 * np.abs(x)) * np.random.randn(50, 1)
N = x.shape[0]

def softplus(a): return np.log1p(np.exp(a))
def dsoftplus(a): return 1 / (1 + np.exp(-a))

Wh = np.random.randn(1, 12)
bh = np.random.randn(12)
Wm = np.random.randn(12, 1) * 0.3
bm = np.zeros(1)
Ws = np.random.randn(12, 1) * 0.1
bs = np.zeros(1)
params = [Wh, bh, Wm, bm, Ws, bs]
m1 = [0 * p for p in params]
m2 = [0 * p for p in params]
beta1, beta2, alpha = 0.9, 0.99, 0.01

for k in range(1, 301):
    a = x.dot(Wh) + bh
    h = softplus(a)
    mean = h.dot(Wm) + bm
    logvar = h.dot(Ws) + bs
    var = np.exp(logvar)
    nll = np.mean(0.5 * logvar + 0.5 * (t - mean) ** 2 / var)

    dmean = (mean - t) / var / N
    dlogvar = 0.5 * (1 - (t - mean) ** 2 / var) / N
    dWm = h.T.dot(dmean)
    dbm = dmean.sum(0)
    dWs = h.T.dot(dlogvar)
    dbs = dlogvar.sum(0)
    dh = dmean.dot(Wm.T) + dlogvar.dot(Ws.T)
    da = dh * dsoftplus(a)
    dWh = x.T.dot(da)
    dbh = da.sum(0)

    grads = [dWh, dbh, dWm, dbm, dWs, dbs]
    for i, g in enumerate(grads):
        m1[i] = beta1 * m1[i] + (1 - beta1) * g
        m2[i] = beta2 * m2[i] + (1 - beta2) * g ** 2
        first = m1[i] / (1 - beta1 ** k)
        second = m2[i] / (1 - beta2 ** k)
        params[i] -= alpha * first / (np.sqrt(second) + 1e-8)
    if k % 60 == 0:
        print(k, nll)
