# Two-layer GCN (Kipf & Welling), semi-supervised: 4 labelled nodes per community
import numpy as np

rng = np.random.default_rng(2017)

n, k = 60, 3
labels = np.repeat(np.arange(k), n // k)
prob = np.where(labels[:, None] == labels[None, :], 0.25, 0.02)
A = np.triu(rng.random((n, n)) < prob, 1).astype(float)
A = A + A.T
A_tilde = A + np.eye(n)
deg = A_tilde.sum(axis=1)
A_hat = A_tilde / np.sqrt(np.outer(deg, deg))

# weak node features
X = rng.normal(size=(n, 8))
X[:, :k] += 0.5 * np.eye(k)[labels]

train_mask = np.zeros(n, dtype=bool)
for c in range(k):
    train_mask[rng.choice(np.where(labels == c)[0], 4, replace=False)] = True
test_mask = ~train_mask
Y = np.eye(k)[labels]

hidden = 16
W0 = rng.uniform(-1, 1, (8, hidden)) * np.sqrt(6 / (8 + hidden))
W1 = rng.uniform(-1, 1, (hidden, k)) * np.sqrt(6 / (hidden + k))
weight_decay = 5e-3


def gcn(W0, W1):
    S0 = A_hat @ X @ W0
    H1 = np.maximum(S0, 0)
    logits = A_hat @ H1 @ W1
    logits = logits - logits.max(axis=1, keepdims=True)
    P = np.exp(logits)
    P /= P.sum(axis=1, keepdims=True)
    return S0, H1, P


def loss_fn(P):
    nll = -np.log(P[train_mask, labels[train_mask]]).mean()
    return nll + 0.5 * weight_decay * (W0 ** 2).sum()


lr = 0.2
max_epochs, tol = 1000, 1e-5
previous, change = np.inf, np.inf
epoch = 0
while epoch < max_epochs and change > tol:
    S0, H1, P = gcn(W0, W1)
    loss = loss_fn(P)

    # gradients
    d_logits = (P - Y) * train_mask[:, None] / train_mask.sum()
    d_agg = A_hat.T @ d_logits
    dW1 = H1.T @ d_agg
    dS0 = (d_agg @ W1.T) * (S0 > 0)
    dW0 = X.T @ (A_hat.T @ dS0) + weight_decay * W0

    W0 -= lr * dW0
    W1 -= lr * dW1

    change = abs(previous - loss)
    previous = loss
    epoch += 1
    if epoch % 100 == 0:
        pred = P.argmax(axis=1)
        print(f"epoch {epoch:4d} loss {loss:.4f} "
              f"train acc {np.mean(pred[train_mask] == labels[train_mask]):.3f} "
              f"test acc {np.mean(pred[test_mask] == labels[test_mask]):.3f}")

print("finished after", epoch, "epochs, loss", round(loss, 4))
P = gcn(W0, W1)[-1]
print("test accuracy:", round(float(np.mean(P.argmax(1)[test_mask] == labels[test_mask])), 3))
