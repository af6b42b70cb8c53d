import numpy as np
# RBF network, centres / widths / output weights all by gradient descent
# y(x) = sum_k w_k exp(-(x-c_k)^2 / (2 s_k^2)) + b

np.random.seed(6)
x = np.sort(np.random.uniform(0, 10, 120))
y = np.sin(x) + 0.5 * np.sin(2.7 * x) + 0.05 * np.random.randn(120)
x = x.reshape(-1, 1)       # (n,1)
y = y.reshape(-1, 1)
n = len(x)

K = 11
c = np.linspace(0, 10, K).reshape(1, K)
s = np.ones((1, K)) * 0.8
w = 0.1 * np.random.randn(K, 1)
b = 0.0

eta_w, eta_c = 0.3, 0.1
epoch = 0
prev = np.inf
E_hist = []
while epoch < 4000:
    diff = x - c                               # (n,K)
    phi = np.exp(-diff**2 / (2 * s**2))
    out = phi.dot(w) + b
    err = out - y
    E = 0.5 * np.mean(err**2)
    E_hist.append(E)
    if epoch % 500 == 0:
        print("epoch %5d   E = %.6f" % (epoch, E))
    if abs(prev - E) < 1e-8:
        print("converged at epoch", epoch)
        break
    prev = E

    dw = phi.T.dot(err) / n
    db = err.mean()
    dphi = err.dot(w.T) / n                    # (n,K)
    dc = np.sum(dphi * phi * diff / s**2, axis=0, keepdims=True)
    ds = np.sum(dphi * phi * diff**2 / s**3, axis=0, keepdims=True)

    w = w - eta_w * dw
    b = b - eta_w * db
    c = c - eta_c * dc
    s = np.maximum(s - eta_c * ds, 0.1)
    epoch += 1

print("final E = %.6f" % E_hist[-1])
print("centres:", np.round(c.ravel(), 2))
print("widths: ", np.round(s.ravel(), 2))

plot = False
if plot:
    import matplotlib.pyplot as plt
    plt.plot(x, y, '.', x, out, '-')
    plt.show()
