# %% [markdown]
# Lesson 5. Backpropagation, step by step.
# Convention: one COLUMN per example, so X has the shape (n_x, m).

# %%
import numpy as np

np.random.seed(5)
m = 250
n_x, n_h, n_y = 2, 6, 1

# %% The data: two interleaved moons
angle = np.pi * np.random.rand(m)
Y = (np.arange(m) % 2).reshape(1, m)
X = np.where(Y == 0,
             np.vstack([np.cos(angle), np.sin(angle)]),
             np.vstack([1 - np.cos(angle), 0.4 - np.sin(angle)]))
X = X + 0.08 * np.random.randn(2, m)
print("Shape of X:", X.shape)
print("Shape of Y:", Y.shape)
assert X.shape == (n_x, m) and Y.shape == (1, m)

# %% Initialisation
W1 = np.random.randn(n_h, n_x) * 0.5
b1 = np.zeros((n_h, 1))
W2 = np.random.randn(n_y, n_h) * 0.5
b2 = np.zeros((n_y, 1))
print("W1", W1.shape, "b1", b1.shape, "W2", W2.shape, "b2", b2.shape)


# %% Forward pass
def forward(X, W1, b1, W2, b2):
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


cache = forward(X, W1, b1, W2, b2)
print("Mean of A2 before training:", cache["A2"].mean())
assert cache["A2"].shape == (n_y, m)


# %% Cost: the cross-entropy
def compute_cost(A2, Y):
    logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    return -np.sum(logprobs) / Y.shape[1]


print("Cost before training:", compute_cost(cache["A2"], Y), "(guessing would give", np.log(2), ")")


# %% Backward pass
def backward(X, Y, cache, W2):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


dW1, db1, dW2, db2 = backward(X, Y, cache, W2)
assert dW1.shape == W1.shape
assert dW2.shape == W2.shape
print("Norm of dW1:", np.linalg.norm(dW1))

# %% Gradient descent
learning_rate = 1.0
costs = []
for i in range(3000):
    cache = forward(X, W1, b1, W2, b2)
    cost = compute_cost(cache["A2"], Y)
    dW1, db1, dW2, db2 = backward(X, Y, cache, W2)
    W1 = W1 - learning_rate * dW1
    b1 = b1 - learning_rate * db1
    W2 = W2 - learning_rate * dW2
    b2 = b2 - learning_rate * db2
    costs.append(cost)
    if i % 300 == 0:
        print("Cost after iteration %4d: %f" % (i, cost))

assert costs[-1] < costs[0]

# %% How well did we do?
pred = (forward(X, W1, b1, W2, b2)["A2"] > 0.5).astype(int)
print("Accuracy: %.1f %%" % (100 * np.mean(pred == Y)))
print("First ten predictions:", pred[0, :10])
print("First ten labels:     ", Y[0, :10])
