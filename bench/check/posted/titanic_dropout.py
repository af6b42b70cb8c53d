# %% [markdown]
# # Survival prediction from scratch (no sklearn!)
# please upvote if you liked this notebook

# %%
import numpy as np

np.random.seed(2021)

# %% fake passengers, since the csv isn't available here
n = 600
pclass = np.random.choice([1, 2, 3], n, p=[0.25, 0.25, 0.5])
sex = np.random.randint(0, 2, n)
age = np.clip(np.random.normal(30, 14, n), 1, 80)
fare = np.exp(np.random.normal(4.6 - 0.7 * pclass, 0.5))
sibsp = np.random.poisson(0.5, n)
score = 2.6 * sex - 0.9 * (pclass - 2) - 0.03 * (age - 30) - 0.4 * sibsp - 0.9 + 1.5 * (age < 10)
survived = (np.random.rand(n) < 1 / (1 + np.exp(-1.7 * score))).astype(float)

features = np.stack([pclass, sex, age, fare, sibsp], axis=1).astype(float)
features = (features - features.mean(0)) / features.std(0)
labels = survived[:, None]

# %% split
idx = np.random.permutation(n)
train_idx, test_idx = idx[:480], idx[480:]
x_train, y_train = features[train_idx], labels[train_idx]
x_test, y_test = features[test_idx], labels[test_idx]

# %% model
keep_prob = 0.8
hidden1, hidden2 = 32, 16
W1 = np.random.randn(5, hidden1) * np.sqrt(2 / 5)
b1 = np.zeros(hidden1)
W2 = np.random.randn(hidden1, hidden2) * np.sqrt(2 / hidden1)
b2 = np.zeros(hidden2)
W3 = np.random.randn(hidden2, 1) * np.sqrt(1 / hidden2)
b3 = np.zeros(1)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -50, 50)))


def predict_proba(x):
    h1 = np.maximum(x @ W1 + b1, 0)
    h2 = np.maximum(h1 @ W2 + b2, 0)
    return sigmoid(h2 @ W3 + b3)


def log_loss(p, y):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


# %% training
history = {'loss': [], 'val_loss': [], 'val_acc': []}
lr = 0.1
batch_size = 48
for epoch in range(60):
    perm = np.random.permutation(len(x_train))
    epoch_loss = 0
    for start in range(0, len(perm), batch_size):
        batch = perm[start:start + batch_size]
        x, y = x_train[batch], y_train[batch]

        # forward with inverted dropout
        z1 = x @ W1 + b1
        mask1 = (np.random.rand(*z1.shape) < keep_prob) / keep_prob
        h1 = np.maximum(z1, 0) * mask1
        z2 = h1 @ W2 + b2
        mask2 = (np.random.rand(*z2.shape) < keep_prob) / keep_prob
        h2 = np.maximum(z2, 0) * mask2
        p = sigmoid(h2 @ W3 + b3)
        epoch_loss += log_loss(p, y) * len(batch)

        # backward
        dz3 = (p - y) / len(batch)
        dW3 = h2.T @ dz3
        db3 = dz3.sum(0)
        dh2 = dz3 @ W3.T * mask2
        dz2 = dh2 * (z2 > 0)
        dW2 = h1.T @ dz2
        db2 = dz2.sum(0)
        dh1 = dz2 @ W2.T * mask1
        dz1 = dh1 * (z1 > 0)
        dW1 = x.T @ dz1
        db1 = dz1.sum(0)

        for param, grad in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2), (W3, dW3), (b3, db3)):
            param -= lr * grad

    val_p = predict_proba(x_test)
    history['loss'].append(epoch_loss / len(x_train))
    history['val_loss'].append(log_loss(val_p, y_test))
    history['val_acc'].append(((val_p > 0.5) == y_test).mean())
    if epoch % 10 == 0:
        print('epoch {:2d}  loss {:.4f}  val_loss {:.4f}  val_acc {:.4f}'.format(
            epoch, history['loss'][-1], history['val_loss'][-1], history['val_acc'][-1]))

print('best val acc:', max(history['val_acc']))

# %% plots
SHOW = False
if SHOW:
    import matplotlib.pyplot as plt
    plt.plot(history['loss'], label='train')
    plt.plot(history['val_loss'], label='val')
    plt.legend()
    plt.show()
