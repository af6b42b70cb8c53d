"""
mini framework: layers + loss + optimizer objects. Three-armed spiral.
"""
import numpy as np


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0.0, np.sqrt(1.0 / n_in), size=(n_in, n_out))
        self.b = np.zeros((1, n_out))
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW[...] = self.x.T @ dout
        self.db[...] = dout.sum(axis=0, keepdims=True)
        return dout @ self.W.T

    def parameters(self):
        return [(self.W, self.dW), (self.b, self.db)]


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out * self.out)

    def parameters(self):
        return []


class Softplus:
    def forward(self, x):
        self.x = x
        self.out = np.logaddexp(0, x)
        return self.out

    def backward(self, dout):
        return dout / (1 + np.exp(-self.x))

    def parameters(self):
        return []


class SoftmaxCrossEntropy:
    def __call__(self, logits, target):
        shifted = logits - logits.max(axis=1, keepdims=True)
        logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        n = len(target)
        grad = np.exp(logp)
        grad[np.arange(n), target] -= 1
        return -logp[np.arange(n), target].mean(), grad / n


class Adam:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = params
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = [np.zeros_like(p) for p, _ in params]
        self.v = [np.zeros_like(p) for p, _ in params]
        self.t = 0

    def step(self):
        self.t += 1
        for k, (p, g) in enumerate(self.params):
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * g
            self.v[k] = self.beta2 * self.v[k] + (1 - self.beta2) * g ** 2
            m_hat = self.m[k] / (1 - self.beta1 ** self.t)
            v_hat = self.v[k] / (1 - self.beta2 ** self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)

    def parameters(self):
        return [pair for layer in self.layers for pair in layer.parameters()]


def spiral(n, rng):
    xs, ys = [], []
    for arm in range(3):
        r = np.linspace(0.05, 1, n)
        a = r * 4.5 + arm * 2 * np.pi / 3 + rng.normal(0, 0.12, n)
        xs.append(np.c_[r * np.cos(a), r * np.sin(a)])
        ys.append(np.full(n, arm))
    return np.vstack(xs), np.concatenate(ys)


def main():
    rng = np.random.default_rng(2024)
    X, y = spiral(200, rng)
    net = Sequential(Linear(2, 24, rng), Softplus(), Linear(24, 24, rng), Tanh(), Linear(24, 3, rng))
    criterion = SoftmaxCrossEntropy()
    optimizer = Adam(net.parameters(), lr=0.01)

    for epoch in range(240):
        order = rng.permutation(len(X))
        epoch_loss = 0.0
        for batch in np.array_split(order, 15):
            logits = net.forward(X[batch])
            loss, grad = criterion(logits, y[batch])
            net.backward(grad)
            optimizer.step()
            epoch_loss += loss * len(batch)
        if (epoch + 1) % 20 == 0:
            acc = (net.forward(X).argmax(axis=1) == y).mean()
            print(f"[{epoch + 1:3d}] loss={epoch_loss / len(X):.4f} acc={acc:.3f}")


if __name__ == "__main__":
    main()
