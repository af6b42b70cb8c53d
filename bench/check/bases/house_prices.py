# Predict house prices (synthetic): standardize, split, mini-batch SGD, early stopping on the validation set
import numpy as np

rng = np.random.default_rng(2023)
n = 100
sqm = rng.uniform(40, 200, n)
rooms = np.round(sqm / 30 + rng.normal(0, 0.7, n))
age = rng.uniform(0, 80, n)
price = 2.5 * sqm + 10 * rooms - 0.02 * (age - 40) ** 2 + rng.normal(0, 15, n)

X = np.column_stack([sqm, rooms, age])
y = price.reshape(-1, 1)

split = rng.permutation(n)
train, val = split[:75], split[75:]
X_mean, X_std = X[train].mean(axis=0), X[train].std(axis=0)
y_mean, y_std = y[train].mean(), y[train].std()
X_train, X_val = (X[train] - X_mean) / X_std, (X[val] - X_mean) / X_std
y_train, y_val = (y[train] - y_mean) / y_std, (y[val] - y_mean) / y_std

W1 = rng.normal(0, np.sqrt(2 / 3), (3, 12))
b1 = np.zeros((1, 12))
W2 = rng.normal(0, np.sqrt(1 / 12), (12, 1))
b2 = np.zeros((1, 1))


def predict(x):
    return np.maximum(x @ W1 + b1, 0) @ W2 + b2


learning_rate, batch_size, patience = 0.05, 25, 8
best_val, best_weights, bad_epochs = float("inf"), None, 0

for epoch in range(100):
    order = rng.permutation(len(X_train))
    for i in range(0, len(X_train), batch_size):
        xb = X_train[order[i:i + batch_size]]
        yb = y_train[order[i:i + batch_size]]
        pre = xb @ W1 + b1
        hidden = np.maximum(pre, 0)
        pred = hidden @ W2 + b2
        batch_mse = np.mean((pred - yb) ** 2)

        dout = 2 * (pred - yb) / len(xb)
        dW2 = hidden.T @ dout
        db2 = np.sum(dout, axis=0, keepdims=True)
        dhidden = dout @ W2.T
        dhidden = dhidden * (pre > 0)
        dW1 = xb.T @ dhidden
        db1 = np.sum(dhidden, axis=0, keepdims=True)

        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2

    val_mse = np.mean((predict(X_val) - y_val) ** 2)
    if epoch % 10 == 0:
        print(f"epoch {epoch:3d} | batch mse {batch_mse:.4f} | val mse {val_mse:.4f}")
    if val_mse < best_val:
        best_val, bad_epochs = val_mse, 0
        best_weights = [W1.copy(), b1.copy(), W2.copy(), b2.copy()]
    else:
        bad_epochs += 1
        if bad_epochs > patience:
            print("early stopping at epoch", epoch)
            break

print("RMSE on validation: %.1f" % (np.sqrt(best_val) * y_std))
