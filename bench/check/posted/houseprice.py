# Coming from R, so this is how I would have done it with matrix() and scale().
# Predict price (in 1000) from area, rooms, age and distance to the station (in 100 m)
import numpy as np

#        area rooms age dist price
houses = [
    [62, 2, 35, 12, 171], [85, 3, 20, 8, 262], [120, 5, 5, 25, 371],
    [45, 1, 50, 3, 148], [73, 3, 41, 15, 178], [98, 4, 12, 30, 269],
    [110, 4, 60, 6, 254], [55, 2, 8, 5, 203], [140, 6, 30, 40, 340],
    [67, 3, 15, 22, 193], [90, 3, 70, 10, 187], [78, 3, 3, 2, 281],
    [130, 5, 45, 18, 311], [50, 2, 25, 35, 118], [105, 4, 18, 14, 312],
    [88, 4, 55, 27, 171], [160, 7, 10, 50, 421], [58, 2, 62, 9, 132],
    [95, 4, 28, 4, 291], [115, 5, 38, 33, 258], [70, 2, 12, 17, 212],
    [82, 3, 48, 20, 179], [125, 5, 22, 7, 379], [64, 2, 5, 28, 189],
    [100, 4, 33, 11, 271], [75, 3, 58, 38, 117], [150, 6, 15, 12, 452],
    [48, 1, 18, 6, 169], [92, 4, 8, 45, 237], [108, 4, 65, 16, 219],
    [135, 6, 52, 24, 297], [60, 2, 44, 1, 189],
]


def softplus(z):
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def huber(r, delta):
    a = np.abs(r)
    return np.where(a <= delta, 0.5 * r ** 2, delta * (a - 0.5 * delta))


def fit_nnet(X, y, size=6, maxit=15000, rate=0.1, momentum=0.9, decay=0.0005, delta=1.0, seed=1):
    np.random.seed(seed)
    nrow, ncol = X.shape
    W1 = np.random.normal(0, 0.4, size=(ncol, size))
    b1 = np.zeros((1, size))
    W2 = np.random.normal(0, 0.4, size=(size, 1))
    b2 = np.zeros((1, 1))
    model = [W1, b1, W2, b2]
    vel = [np.zeros(p.shape) for p in model]

    for it in range(maxit):
        W1, b1, W2, b2 = model
        Z = X @ W1 + b1
        H = softplus(Z)
        yhat = H @ W2 + b2
        r = yhat - y

        if it % 1000 == 0:
            print("iter", it, "value", round(np.mean(huber(r, delta)), 6))

        dr = np.clip(r, -delta, delta) / nrow
        dW2 = H.T @ dr
        db2 = np.sum(dr, axis=0, keepdims=True)
        dZ = dr @ W2.T * logistic(Z)
        dW1 = X.T @ dZ
        db1 = np.sum(dZ, axis=0, keepdims=True)

        step = rate / (1 + decay * it)
        for k, g in enumerate([dW1, db1, dW2, db2]):
            vel[k] = momentum * vel[k] - step * g
            model[k] = model[k] + vel[k]
    return model


def predict_nnet(model, X):
    W1, b1, W2, b2 = model
    return softplus(X @ W1 + b1) @ W2 + b2


data = np.array(houses, dtype=float)
X = data[:, 0:4]
price = data[:, 4:5]

# scale(X)
for j in range(X.shape[1]):
    m, s = np.mean(X[:, j]), np.std(X[:, j], ddof=1)
    X[:, j] = (X[:, j] - m) / s

price_mean = np.mean(price)
price_sd = np.std(price, ddof=1)
y = (price - price_mean) / price_sd

model = fit_nnet(X, y)
fitted = predict_nnet(model, X) * price_sd + price_mean

print("observed fitted")
for i in range(10):
    print("%8.0f %6.0f" % (houses[i][4], fitted[i, 0]))
