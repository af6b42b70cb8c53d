import numpy as np


class MLPClassifier:
    """One hidden layer, softmax output. Same interface as the sklearn one (more or less).

    Parameters
    ----------
    n_hidden : int
    lr : float, start value of the learning rate
    l2 : float, strength of the penalty 0.5 * l2 * ||W||^2 (biases are not penalised)
    epochs, batch_size : int
    decay : float, lr_t = lr / (1 + decay * epoch)
    """

    def __init__(self, n_hidden=40, lr=0.8, l2=1e-3, epochs=800, batch_size=30,
                 decay=0.004, seed=None):
        self.n_hidden = n_hidden
        self.lr = lr
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.decay = decay
        self.rng = np.random.RandomState(seed)

    # ---------------------------------------------------------------- helpers
    @staticmethod
    def _one_hot(y, n_classes):
        return np.eye(n_classes)[y]

    @staticmethod
    def _softmax(z):
        z = z - z.max(axis=1, keepdims=True)
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)

    def _init_weights(self, n_features, n_classes):
        lim1 = np.sqrt(6.0 / (n_features + self.n_hidden))
        lim2 = np.sqrt(6.0 / (self.n_hidden + n_classes))
        self.W1_ = self.rng.uniform(-lim1, lim1, (n_features, self.n_hidden))
        self.b1_ = np.zeros((1, self.n_hidden))
        self.W2_ = self.rng.uniform(-lim2, lim2, (self.n_hidden, n_classes))
        self.b2_ = np.zeros((1, n_classes))

    def _forward(self, X):
        hidden = np.tanh(X @ self.W1_ + self.b1_)
        proba = self._softmax(hidden @ self.W2_ + self.b2_)
        return hidden, proba

    def _cost(self, X, Y):
        _, proba = self._forward(X)
        ce = -np.mean(np.sum(Y * np.log(proba + 1e-12), axis=1))
        return ce + 0.5 * self.l2 * (np.sum(self.W1_ ** 2) + np.sum(self.W2_ ** 2))

    def _gradients(self, X, Y):
        n = X.shape[0]
        hidden, proba = self._forward(X)
        delta_out = (proba - Y) / n
        grad_W2 = hidden.T @ delta_out + self.l2 * self.W2_
        grad_b2 = delta_out.sum(axis=0, keepdims=True)
        delta_hid = (delta_out @ self.W2_.T) * (1.0 - hidden ** 2)
        grad_W1 = X.T @ delta_hid + self.l2 * self.W1_
        grad_b1 = delta_hid.sum(axis=0, keepdims=True)
        return grad_W1, grad_b1, grad_W2, grad_b2

    # ------------------------------------------------------------- public api
    def fit(self, X, y):
        X = np.asarray(X, dtype=float)
        self.classes_, y_idx = np.unique(y, return_inverse=True)
        Y = self._one_hot(y_idx, len(self.classes_))
        self._init_weights(X.shape[1], len(self.classes_))
        self.cost_ = [self._cost(X, Y)]
        n = X.shape[0]
        for epoch in range(self.epochs):
            eta = self.lr / (1.0 + self.decay * epoch)
            perm = self.rng.permutation(n)
            X_shuffled, Y_shuffled = X[perm], Y[perm]
            for start in range(0, n, self.batch_size):
                xb = X_shuffled[start:start + self.batch_size]
                yb = Y_shuffled[start:start + self.batch_size]
                gW1, gb1, gW2, gb2 = self._gradients(xb, yb)
                self.W1_ -= eta * gW1
                self.b1_ -= eta * gb1
                self.W2_ -= eta * gW2
                self.b2_ -= eta * gb2
            self.cost_.append(self._cost(X, Y))
        return self

    def predict_proba(self, X):
        return self._forward(np.asarray(X, dtype=float))[1]

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]

    def score(self, X, y):
        return np.mean(self.predict(X) == y)


def make_spirals(n_per_class=150, n_classes=3, noise=0.15, seed=0):
    rs = np.random.RandomState(seed)
    X, y = [], []
    for c in range(n_classes):
        r = np.linspace(0.1, 1.0, n_per_class)
        t = np.linspace(c * 2.1, c * 2.1 + 3.0, n_per_class) + rs.randn(n_per_class) * noise
        X.append(np.column_stack((r * np.sin(t), r * np.cos(t))))
        y += ["abc"[c]] * n_per_class
    return np.concatenate(X), np.array(y)


if __name__ == "__main__":
    X, y = make_spirals(seed=1)
    X_test, y_test = make_spirals(n_per_class=40, seed=2)
    clf = MLPClassifier(seed=0).fit(X, y)
    for e in range(0, len(clf.cost_), 100):
        print("epoch", e, "cost %.4f" % clf.cost_[e])
    print("train accuracy", clf.score(X, y))
    print("test accuracy ", clf.score(X_test, y_test))
