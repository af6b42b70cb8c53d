import numpy as np

# Regression with train/validation split and early stopping (patience)
# y = 0.5 x^3 - x + noise ; wide network so that it can overfit


def get_data(seed=0):
    r = np.random.RandomState(seed)
    x = r.uniform(-2, 2, 45)
    y = 0.5 * x ** 3 - x + 0.4 * r.randn(45)
    return x.reshape(-1, 1), y.reshape(-1, 1)


def init(n_hidden, seed=1):
    r = np.random.RandomState(seed)
    return {
        "w1": r.randn(1, n_hidden) * 5,
        "b1": r.randn(1, n_hidden) * 5,
        "w2": r.randn(n_hidden, 1) / np.sqrt(n_hidden),
        "b2": np.zeros((1, 1)),
    }


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, prm):
    h = sigmoid(x @ prm["w1"] + prm["b1"])
    return h, h @ prm["w2"] + prm["b2"]


def mse(x, y, prm):
    return float(np.mean((forward(x, prm)[1] - y) ** 2))


def gradients(x, y, prm):
    h, out = forward(x, prm)
    dout = 2.0 * (out - y) / len(y)
    dh = dout @ prm["w2"].T
    dz = dh * h * (1 - h)
    return {
        "w2": h.T @ dout,
        "b2": dout.sum(axis=0, keepdims=True),
        "w1": x.T @ dz,
        "b1": dz.sum(axis=0, keepdims=True),
    }


def train(x_tr, y_tr, x_va, y_va, lr=0.1, max_epochs=6000, patience=300):
    prm = init(30)
    best_val = np.inf
    best_prm = None
    wait = 0
    log = {"train": [], "val": []}
    for epoch in range(max_epochs):
        grads = gradients(x_tr, y_tr, prm)
        for k in prm:
            prm[k] -= lr * grads[k]
        log["train"].append(mse(x_tr, y_tr, prm))
        log["val"].append(mse(x_va, y_va, prm))
        if log["val"][-1] < best_val - 1e-5:
            best_val = log["val"][-1]
            best_prm = {k: v.copy() for k, v in prm.items()}
            wait = 0
        else:
            wait += 1
        if epoch % 500 == 0:
            print(f"{epoch:5d} train {log['train'][-1]:.4f} val {log['val'][-1]:.4f}")
        if wait >= patience:
            print("early stop at epoch", epoch)
            break
    return best_prm, log


x, y = get_data()
x_tr, y_tr = x[:25], y[:25]
x_va, y_va = x[25:], y[25:]
best, log = train(x_tr, y_tr, x_va, y_va)
print("best validation mse:", mse(x_va, y_va, best))
