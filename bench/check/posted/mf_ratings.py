"""
Movie recommender: matrix factorization with user & item bias, SGD over single ratings
r_hat = mu + b_u + b_i + p_u . q_i
"""
import numpy as np
from collections import namedtuple

Rating = namedtuple("Rating", "user item value")


def synthetic_ratings(n_users, n_items, density, seed):
    rs = np.random.RandomState(seed)
    taste = rs.normal(size=(n_users, 2))
    genre = rs.normal(size=(n_items, 2))
    popular = rs.normal(scale=0.4, size=n_items)
    ratings = []
    for u in range(n_users):
        for i in range(n_items):
            if rs.rand() < density:
                val = 3.3 + popular[i] + 0.7 * taste[u] @ genre[i] + 0.25 * rs.randn()
                ratings.append(Rating(u, i, float(np.clip(round(val * 2) / 2, 0.5, 5))))
    rs.shuffle(ratings)
    return [Rating(int(u), int(i), v) for u, i, v in ratings]


class MatrixFactorization:
    def __init__(self, n_users, n_items, n_factors=4, lr=0.02, reg=0.02, seed=0):
        rs = np.random.RandomState(seed)
        self.P = 0.1 * rs.randn(n_users, n_factors)
        self.Q = 0.1 * rs.randn(n_items, n_factors)
        self.bu = np.zeros(n_users)
        self.bi = np.zeros(n_items)
        self.lr, self.reg = lr, reg

    def predict(self, u, i):
        return self.mu + self.bu[u] + self.bi[i] + self.P[u] @ self.Q[i]

    def rmse(self, ratings):
        return np.sqrt(np.mean([(r.value - self.predict(r.user, r.item)) ** 2 for r in ratings]))

    def _sgd_step(self, u, i, r):
        # loss of one rating: 1/2 e^2 + reg/2 (|p|^2 + |q|^2 + bu^2 + bi^2)
        e = r - self.predict(u, i)
        p_old = self.P[u].copy()
        self.bu[u] += self.lr * (e - self.reg * self.bu[u])
        self.bi[i] += self.lr * (e - self.reg * self.bi[i])
        self.P[u] += self.lr * (e * self.Q[i] - self.reg * self.P[u])
        self.Q[i] += self.lr * (e * p_old - self.reg * self.Q[i])
        return e

    def fit(self, train, valid, max_epochs=60, verbose_every=10):
        self.mu = np.mean([r.value for r in train])
        order = np.arange(len(train))
        rs = np.random.RandomState(1)
        for epoch in range(1, max_epochs + 1):
            rs.shuffle(order)
            for k in order:
                self._sgd_step(*train[k])
            if epoch % verbose_every == 0:
                print("epoch {:3d}   train RMSE {:.4f}   valid RMSE {:.4f}".format(
                    epoch, self.rmse(train), self.rmse(valid)))
        return self


if __name__ == "__main__":
    all_ratings = synthetic_ratings(50, 40, 0.5, seed=3)
    cut = int(0.85 * len(all_ratings))
    train, valid = all_ratings[:cut], all_ratings[cut:]
    print(len(train), "training ratings,", len(valid), "validation ratings")
    const = np.mean([r.value for r in train])
    print("constant predictor:", round(float(np.sqrt(np.mean([(r.value - const) ** 2 for r in valid]))), 4))
    model = MatrixFactorization(50, 40).fit(train, valid)
    some = valid[0]
    print("user", some.user, "item", some.item, "true", some.value, "predicted %.2f" % model.predict(some.user, some.item))
