import numpy as np


class MLPBinary:
    """Multi-layer perceptron for two classes with the interface of an estimator: fit, predict_proba, predict, score."""

    def __init__(self, hidden_layer_sizes=(8, 4), learning_rate=0.3, momentum=0.8, max_iter=40, batch_size=20, random_state=None):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.random_state = np.random.RandomState(random_state)

    def _initialize(self, n_features):
        units = [n_features] + list(self.hidden_layer_sizes) + [1]
        self.coefs_ = []
        self.intercepts_ = []
        for fan_in, fan_out in zip(units[:-1], units[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out))
            self.coefs_.append(self.random_state.uniform(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(np.zeros(fan_out))
        self.coef_vel_ = [np.zeros_like(c) for c in self.coefs_]
        self.intercept_vel_ = [np.zeros_like(b) for b in self.intercepts_]

    def _forward(self, X):
        activations = [X]
        last = len(self.coefs_) - 1
        for i in range(len(self.coefs_)):
            z = activations[-1] @ self.coefs_[i] + self.intercepts_[i]
            activations.append(1 / (1 + np.exp(-z)) if i == last else np.tanh(z))
        return activations

    @staticmethod
    def _log_loss(y, p):
        p = np.clip(p, 1e-12, 1 - 1e-12)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def _backprop(self, activations, y):
        n = len(self.coefs_)
        coef_grads, intercept_grads = [None] * n, [None] * n
        delta = (activations[-1] - y) / y.shape[0]
        for i in reversed(range(n)):
            coef_grads[i] = activations[i].T @ delta
            intercept_grads[i] = delta.sum(axis=0)
            if i > 0:
                delta = delta @ self.coefs_[i].T * (1 - activations[i] ** 2)
        return coef_grads, intercept_grads

    def _update(self, coef_grads, intercept_grads):
        for i in range(len(self.coefs_)):
            self.coef_vel_[i] = self.momentum * self.coef_vel_[i] - self.learning_rate * coef_grads[i]
            self.intercept_vel_[i] = self.momentum * self.intercept_vel_[i] - self.learning_rate * intercept_grads[i]
            self.coefs_[i] += self.coef_vel_[i]
            self.intercepts_[i] += self.intercept_vel_[i]

    def fit(self, X, y):
        y = y.reshape(-1, 1)
        self._initialize(X.shape[1])
        self.loss_curve_ = []
        for epoch in range(self.max_iter):
            order = self.random_state.permutation(len(X))
            loss = 0.0
            for start in range(0, len(X), self.batch_size):
                idx = order[start:start + self.batch_size]
                Xb, yb = X[idx], y[idx]
                activations = self._forward(Xb)
                loss += self._log_loss(yb, activations[-1]) * len(idx) / len(X)
                self._update(*self._backprop(activations, yb))
            self.loss_curve_.append(loss)
        return self

    def predict_proba(self, X):
        return self._forward(X)[-1].ravel()

    def predict(self, X):
        return (self.predict_proba(X) >= 0.5).astype(int)

    def score(self, X, y):
        return np.mean(self.predict(X) == y)


rs = np.random.RandomState(0)
angle, radius = rs.uniform(0, 2 * np.pi, 80), np.repeat([0.5, 1.2], 40) + 0.1 * rs.randn(80)
X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
y = np.repeat([1.0, 0.0], 40)
clf = MLPBinary(random_state=1)
clf.fit(X, y)
print("loss %.4f -> %.4f" % (clf.loss_curve_[0], clf.loss_curve_[-1]))
print("training accuracy:", clf.score(X, y))
