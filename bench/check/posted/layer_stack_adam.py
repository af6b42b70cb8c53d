import numpy as np

rng = np.random.default_rng(7)


class Dense:
    def __init__(self, n_in, n_out):
        self.params = {"W": rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)), "b": np.zeros(n_out)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, grad):
        self.grads["W"] = self.x.T @ grad
        self.grads["b"] = grad.sum(axis=0)
        return grad @ self.params["W"].T


class ReLU:
    params, grads = {}, {}

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class SoftmaxCrossEntropy:
    def forward(self, logits, onehot):
        shifted = logits - logits.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.t = onehot
        return -np.mean(np.sum(onehot * np.log(self.p + 1e-12), axis=1))

    def backward(self):
        return (self.p - self.t) / len(self.t)


class Adam:
    def __init__(self, layers, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
        self.layers, self.lr, self.beta1, self.beta2, self.eps = layers, lr, beta1, beta2, eps
        self.t = 0
        self.m = [{k: np.zeros_like(v) for k, v in l.params.items()} for l in layers]
        self.v = [{k: np.zeros_like(v) for k, v in l.params.items()} for l in layers]

    def step(self):
        self.t += 1
        for layer, m, v in zip(self.layers, self.m, self.v):
            for key in layer.params:
                g = layer.grads[key]
                m[key] = self.beta1 * m[key] + (1 - self.beta1) * g
                v[key] = self.beta2 * v[key] + (1 - self.beta2) * g ** 2
                m_hat = m[key] / (1 - self.beta1 ** self.t)
                v_hat = v[key] / (1 - self.beta2 ** self.t)
                layer.params[key] -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class Model:
    def __init__(self, *layers):
        self.layers = layers
        self.criterion = SoftmaxCrossEntropy()

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train_step(self, x, t, optimizer):
        loss = self.criterion.forward(self.predict(x), t)
        grad = self.criterion.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        optimizer.step()
        return loss


def blobs(n_per_class, centers, spread=0.7):
    X = np.concatenate([c + spread * rng.standard_normal((n_per_class, 2)) for c in centers])
    y = np.repeat(np.arange(len(centers)), n_per_class)
    return X, y


def batches(X, T, size):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        idx = order[start:start + size]
        yield X[idx], T[idx]


centers = np.array([[0, 0], [2.5, 2.5], [-2.5, 2.5], [2.5, -2.5]])
X, y = blobs(80, centers)
T = np.eye(4)[y]
model = Model(Dense(2, 24), ReLU(), Dense(24, 24), ReLU(), Dense(24, 4))
opt = Adam(model.layers, lr=0.003)

for epoch in range(30):
    losses = [model.train_step(xb, tb, opt) for xb, tb in batches(X, T, 32)]
    if (epoch + 1) % 5 == 0:
        acc = (model.predict(X).argmax(axis=1) == y).mean()
        print(f"epoch {epoch + 1:3d} | loss {np.mean(losses):.4f} | acc {acc:.3f}")
