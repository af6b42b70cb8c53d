# predicting the price of used bikes: 5 features, one target, a few absurd prices in the data
import numpy as np

rng = np.random.default_rng(314)
n = 48
features = rng.normal(size=(n, 5))
price = features @ np.array([1.2, -0.7, 0.3, 0.0, 0.9]) + 0.4 * np.abs(features[:, 1]) + 0.1 * rng.normal(size=n)
price[::12] += 6.0
price = price.reshape(n, 1)

SLOPE = 0.1
DELTA = 1.0
net = {
    "W_h": rng.normal(size=(5, 7)) * 0.45,
    "b_h": np.zeros((1, 7)),
    "W_o": rng.normal(size=(7, 1)) * 0.45,
    "b_o": np.zeros((1, 1)),
}
speed = {name: np.zeros_like(value) for name, value in net.items()}


def huber(residual):
    small = np.abs(residual) <= DELTA
    return np.where(small, 0.5 * residual ** 2, DELTA * (np.abs(residual) - 0.5 * DELTA)).mean()


def train_step(lr, mu):
    # forward
    pre = features @ net["W_h"] + net["b_h"]
    act = np.where(pre > 0, pre, SLOPE * pre)
    guess = act @ net["W_o"] + net["b_o"]
    residual = guess - price
    loss = huber(residual)

    # backward
    d_guess = np.clip(residual, -DELTA, DELTA) / n
    g = {}
    g["W_o"] = act.T @ d_guess
    g["b_o"] = d_guess.sum(axis=0, keepdims=True)
    d_act = d_guess @ net["W_o"].T
    d_pre = d_act * np.where(pre > 0, 1.0, SLOPE)
    g["W_h"] = features.T @ d_pre
    g["b_h"] = d_pre.sum(axis=0, keepdims=True)

    # Nesterov, the form that needs no look ahead
    for name in net:
        previous = speed[name]
        speed[name] = mu * speed[name] - lr * g[name]
        net[name] += -mu * previous + (1 + mu) * speed[name]
    return loss


for i in range(250):
    loss = train_step(lr=0.05, mu=0.8)
    if i % 50 == 0:
        print(f"step {i:4d}  huber {loss:.5f}")
