# Count regression: bikes rented per hour ~ Poisson(exp(f(hour, temperature)))
# f = small neural net, negative log likelihood as the loss
import numpy as np
from collections import namedtuple

Params = namedtuple("Params", "W1 b1 W2 b2")
rng = np.random.default_rng(123)

hours = rng.uniform(0, 24, 400)
temp = rng.normal(15, 8, 400)
rate = np.exp(1.0 + 0.8 * np.sin((hours - 6) / 24 * 2 * np.pi) + 0.03 * (temp - 15))
counts = rng.poisson(rate).astype(float).reshape(-1, 1)
feats = np.column_stack([np.sin(hours / 24 * 2 * np.pi), np.cos(hours / 24 * 2 * np.pi), (temp - 15) / 8])

N_HIDDEN = 12
params = Params(
    W1=rng.normal(0, 0.5, (3, N_HIDDEN)),
    b1=np.zeros(N_HIDDEN),
    W2=rng.normal(0, 0.1, (N_HIDDEN, 1)),
    b2=np.zeros(1),
)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(p, x):
    hidden = sigmoid(x @ p.W1 + p.b1)
    log_rate = hidden @ p.W2 + p.b2
    return hidden, np.exp(log_rate)


def nll(mu, k):
    # without the log(k!) constant
    return np.mean(mu - k * np.log(mu))


def gradients(p, x, k):
    hidden, mu = forward(p, x)
    d_log_rate = (mu - k) / len(k)
    dW2 = hidden.T @ d_log_rate
    db2 = d_log_rate.sum(axis=0)
    d_hidden = d_log_rate @ p.W2.T
    d_pre = d_hidden * hidden * (1 - hidden)
    dW1 = x.T @ d_pre
    db1 = d_pre.sum(axis=0)
    return Params(dW1, db1, dW2, db2), nll(mu, k)


learning_rate = 0.2
for epoch in range(1501):
    g, loss = gradients(params, feats, counts)
    params = Params(
        W1=params.W1 - learning_rate * g.W1,
        b1=params.b1 - learning_rate * g.b1,
        W2=params.W2 - learning_rate * g.W2,
        b2=params.b2 - learning_rate * g.b2,
    )
    if epoch % 250 == 0:
        print(f"epoch {epoch:5d}  nll {loss:8.4f}")

_, mu = forward(params, feats)
print("mean count", counts.mean(), "mean predicted", mu.mean())
print("correlation with the true rate: %.3f" % np.corrcoef(mu.ravel(), rate)[0, 1])
