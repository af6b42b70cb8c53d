# LSTM without any framework, predicts the next value of a decaying oscillation
# from the 12 values before it. One-step-ahead only, many to one.
import numpy as np

rng = np.random.default_rng(7)

T, H, B = 12, 14, 32
lr, mom = 0.1, 0.8

# signal ---------------------------------------------------------------
n = 1200
tt = np.arange(n) * 0.3
sig = np.exp(-tt / 250) * np.sin(tt) + 0.3 * np.sin(2.3 * tt + 0.5)
sig += 0.02 * rng.standard_normal(n)
windows = np.array([sig[i:i + T] for i in range(n - T)])
nexts = sig[T:].reshape(-1, 1)
ntrain = 900


# parameters -----------------------------------------------------------
def init(a, b):
    return rng.standard_normal((a, b)) / np.sqrt(a)


p = {}
for gate in "figo":
    p["W" + gate] = init(1 + H, H)
    p["b" + gate] = np.zeros((1, H))
p["bf"] += 1.0
p["Wy"] = init(H, 1)
p["by"] = np.zeros((1, 1))
vel = {k: np.zeros_like(v) for k, v in p.items()}


def sigm(z):
    return 1 / (1 + np.exp(-z))


def forward(xs):
    """xs: (batch, T). returns prediction and everything backward() needs"""
    nb = xs.shape[0]
    h = np.zeros((nb, H))
    c = np.zeros((nb, H))
    tape = []
    for t in range(T):
        hx = np.hstack([xs[:, t:t + 1], h])
        f = sigm(hx @ p["Wf"] + p["bf"])
        i = sigm(hx @ p["Wi"] + p["bi"])
        g = np.tanh(hx @ p["Wg"] + p["bg"])
        o = sigm(hx @ p["Wo"] + p["bo"])
        c_prev = c
        c = f * c_prev + i * g
        tc = np.tanh(c)
        h = o * tc
        tape.append((hx, f, i, g, o, c_prev, c, tc))
    return h @ p["Wy"] + p["by"], h, tape


losses = []
for step in range(1500):
    idx = rng.integers(0, ntrain, B)
    x, y = windows[idx], nexts[idx]
    pred, h_last, tape = forward(x)
    err = pred - y
    losses.append(0.5 * np.mean(err ** 2))

    # backward through time
    grad = {k: np.zeros_like(v) for k, v in p.items()}
    dpred = err / B
    grad["Wy"] += h_last.T @ dpred
    grad["by"] += dpred.sum(axis=0, keepdims=True)
    dh = dpred @ p["Wy"].T
    dc = np.zeros((B, H))
    for hx, f, i, g, o, c_prev, c, tc in reversed(tape):
        dc = dc + dh * o * (1 - tc ** 2)
        dzo = dh * tc * o * (1 - o)
        dzf = dc * c_prev * f * (1 - f)
        dzi = dc * g * i * (1 - i)
        dzg = dc * i * (1 - g ** 2)
        dhx = np.zeros_like(hx)
        for gate, dz in zip("figo", (dzf, dzi, dzg, dzo)):
            grad["W" + gate] += hx.T @ dz
            grad["b" + gate] += dz.sum(axis=0, keepdims=True)
            dhx += dz @ p["W" + gate].T
        dh = dhx[:, 1:]
        dc = dc * f

    for k in p:
        vel[k] = mom * vel[k] - lr * grad[k]
        p[k] += vel[k]

    if step % 150 == 0:
        print("step %4d   loss (last 50) %.5f" % (step, np.mean(losses[-50:])))

test_pred = forward(windows[ntrain:])[0]
print("test RMSE:", np.sqrt(np.mean((test_pred - nexts[ntrain:]) ** 2)))
print("RMSE of 'same as last value':",
      np.sqrt(np.mean((windows[ntrain:, -1:] - nexts[ntrain:]) ** 2)))
