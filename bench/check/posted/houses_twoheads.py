import numpy as np

# One shared hidden layer, two outputs:
#   head 1 predicts the price (Huber loss), head 2 the type of house (3 classes)

rng = np.random.default_rng(21)
n = 2000
area = rng.uniform(40, 240, n)
rooms = np.clip(np.round(area / 30 + rng.normal(0, 1, n)), 1, 9)
dist = rng.uniform(0.5, 25, n)
age = rng.uniform(0, 90, n)

price = 2.1 * area + 9 * rooms - 6.5 * dist - 0.8 * age + 40 * np.exp(-dist / 4) + rng.normal(0, 8, n)
kind = np.where(area + 4 * dist < 120, 0, np.where(age + 0.3 * area > 85, 1, 2))

X = np.column_stack([area, rooms, dist, age])
X = (X - X.mean(axis=0)) / X.std(axis=0)
Yp = ((price - price.mean()) / price.std()).reshape(-1, 1)
Yk = np.eye(3)[kind]

X_tr, Yp_tr, Yk_tr = X[:1600], Yp[:1600], Yk[:1600]
X_te, Yp_te, Yk_te = X[1600:], Yp[1600:], Yk[1600:]

HID = 24
SLOPE = 0.1
DELTA = 1.0

params = dict(
    W=rng.normal(0, 0.5, (4, HID)), b=np.zeros((1, HID)),
    Wp=rng.normal(0, 0.2, (HID, 1)), bp=np.zeros((1, 1)),
    Wk=rng.normal(0, 0.2, (HID, 3)), bk=np.zeros((1, 3)),
)
speed = {k: np.zeros_like(v) for k, v in params.items()}


def leaky(z):
    return np.where(z > 0, z, SLOPE * z)


def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def forward(x):
    z = x @ params["W"] + params["b"]
    a = leaky(z)
    out_price = a @ params["Wp"] + params["bp"]
    out_kind = softmax(a @ params["Wk"] + params["bk"])
    return z, a, out_price, out_kind


def losses(out_price, out_kind, yp, yk):
    r = np.abs(out_price - yp)
    huber = np.where(r <= DELTA, 0.5 * r ** 2, DELTA * (r - 0.5 * DELTA)).mean()
    ce = -np.sum(yk * np.log(out_kind + 1e-12), axis=1).mean()
    return huber, ce


def backward(x, yp, yk):
    z, a, out_price, out_kind = forward(x)
    m = len(x)
    grads = {}

    d_price = np.clip(out_price - yp, -DELTA, DELTA) / m
    grads["Wp"] = a.T @ d_price
    grads["bp"] = d_price.sum(axis=0, keepdims=True)
    da = d_price @ params["Wp"].T

    d_kind = (out_kind - yk) / m
    grads["Wk"] = a.T @ d_kind
    grads["bk"] = d_kind.sum(axis=0, keepdims=True)
    da += d_kind @ params["Wk"].T

    dz = da * np.where(z > 0, 1.0, SLOPE)
    grads["W"] = x.T @ dz
    grads["b"] = dz.sum(axis=0, keepdims=True)
    return grads


lr, mu, batch_size = 0.02, 0.9, 32
for epoch in range(1, 201):
    perm = rng.permutation(len(X_tr))
    for start in range(0, len(perm), batch_size):
        sel = perm[start:start + batch_size]
        grads = backward(X_tr[sel], Yp_tr[sel], Yk_tr[sel])
        for k in params:
            speed[k] = mu * speed[k] - lr * grads[k]
            params[k] += speed[k]
    if epoch == 1 or epoch % 25 == 0:
        _, _, op, ok = forward(X_te)
        h, ce = losses(op, ok, Yp_te, Yk_te)
        mae = np.mean(np.abs(op - Yp_te)) * price.std()
        acc = np.mean(ok.argmax(axis=1) == Yk_te.argmax(axis=1))
        print(f"epoch {epoch:3d}  huber {h:.4f}  ce {ce:.4f}  | price error {mae:5.1f} k  type accuracy {acc:.2f}")
