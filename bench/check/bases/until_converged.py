import numpy as np
import sys

# gradient descent until the cost stops moving, or we run out of patience
np.random.seed(314)
N = 50
X = np.random.normal(size=(N, 3))
T = np.where(X[:, [0]] + X[:, [1]] * X[:, [2]] > 0, 1.0, -1.0)

V = np.random.normal(scale=0.6, size=(3, 6))
v0 = np.zeros((1, 6))
W = np.random.normal(scale=0.6, size=(6, 1))
w0 = np.zeros((1, 1))
eta, tolerance, max_steps = 0.2, 1e-5, 5000

J_old = np.inf
step = 0
while True:
    step += 1
    net_h = X @ V + v0
    H = np.tanh(net_h)
    net_o = H @ W + w0
    O = np.tanh(net_o)
    J = np.sum((T - O) ** 2) / (2 * N)
    if not np.isfinite(J):
        sys.exit("diverged")
    if abs(J_old - J) < tolerance:
        print("converged after", step, "steps")
        break
    if step >= max_steps:
        print("gave up")
        break
    J_old = J

    delta_out = (O - T) * (1 - O * O) / N
    delta_hid = (delta_out @ W.T) * (1 - H * H)
    grad_W = H.T @ delta_out
    grad_w0 = np.ones((1, N)) @ delta_out
    grad_V = X.T @ delta_hid
    grad_v0 = np.ones((1, N)) @ delta_hid
    for weights, gradient in ((W, grad_W), (w0, grad_w0), (V, grad_V), (v0, grad_v0)):
        weights -= eta * gradient
    if step % 200 == 0:
        print("step", step, "cost", J)

print("errors:", int(np.sum(np.sign(O) != T)), "of", N)
