"""
Neural network from scratch, part 4: adding a BatchNorm layer.

Every layer has forward(x) and backward(grad, lr). backward returns dL/dx and
updates the layer's own parameters. Rows are samples.
"""
import numpy as np

np.random.seed(0)


class Layer:
    training = True

    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad, lr):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(1.0 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        grad_in = grad @ self.W.T
        self.W -= lr * self.x.T @ grad
        self.b -= lr * grad.sum(axis=0, keepdims=True)
        return grad_in


class Activation(Layer):
    def __init__(self, fn, fn_prime):
        self.fn = fn
        self.fn_prime = fn_prime

    def forward(self, x):
        self.input = x
        self.output = self.fn(x)
        return self.output

    def backward(self, grad, lr):
        return grad * self.fn_prime(self.input)


class Tanh(Activation):
    def __init__(self):
        super().__init__(np.tanh, lambda x: 1 - np.tanh(x) ** 2)


class BatchNorm(Layer):
    def __init__(self, dim, momentum=0.9, eps=1e-5):
        self.gamma = np.ones((1, dim))
        self.beta = np.zeros((1, dim))
        self.run_mean = np.zeros((1, dim))
        self.run_var = np.ones((1, dim))
        self.momentum, self.eps = momentum, eps

    def forward(self, x):
        if self.training:
            mu = x.mean(axis=0, keepdims=True)
            var = x.var(axis=0, keepdims=True)
            self.run_mean = self.momentum * self.run_mean + (1 - self.momentum) * mu
            self.run_var = self.momentum * self.run_var + (1 - self.momentum) * var
        else:
            mu, var = self.run_mean, self.run_var
        self.inv_std = 1.0 / np.sqrt(var + self.eps)
        self.x_hat = (x - mu) * self.inv_std
        return self.gamma * self.x_hat + self.beta

    def backward(self, grad, lr):
        n = grad.shape[0]
        dx_hat = grad * self.gamma
        s1 = dx_hat.sum(axis=0, keepdims=True)
        s2 = (dx_hat * self.x_hat).sum(axis=0, keepdims=True)
        dx = self.inv_std / n * (n * dx_hat - s1 - self.x_hat * s2)
        self.gamma -= lr * (grad * self.x_hat).sum(axis=0, keepdims=True)
        self.beta -= lr * grad.sum(axis=0, keepdims=True)
        return dx


def bce_with_logits(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def bce_with_logits_prime(z, y):
    return (1 / (1 + np.exp(-z)) - y) / y.size


def predict(network, x):
    for layer in network:
        x = layer.forward(x)
    return x


def spirals(n):
    t = np.random.rand(n, 1) * 3.0 + 0.5
    y = np.random.randint(0, 2, (n, 1)).astype(float)
    ang = t * 2 + np.pi * y
    return np.hstack([t * np.cos(ang), t * np.sin(ang)]) + 0.08 * np.random.randn(n, 2), y


if __name__ == "__main__":
    X, Y = spirals(600)
    net = [Dense(2, 24), BatchNorm(24), Tanh(),
           Dense(24, 24), BatchNorm(24), Tanh(),
           Dense(24, 1)]
    lr, batch = 0.3, 60
    for epoch in range(150):
        Layer.training = True
        perm = np.random.permutation(len(X))
        total = 0.0
        for i in range(0, len(X), batch):
            idx = perm[i:i + batch]
            out = predict(net, X[idx])
            total += bce_with_logits(out, Y[idx]) * len(idx)
            grad = bce_with_logits_prime(out, Y[idx])
            for layer in reversed(net):
                grad = layer.backward(grad, lr)
        if (epoch + 1) % 25 == 0:
            print(f"epoch {epoch + 1:3d}  loss {total / len(X):.4f}")
    Layer.training = False
    Xt, Yt = spirals(300)
    print("test accuracy:", np.mean((predict(net, Xt) > 0) == (Yt > 0.5)))
