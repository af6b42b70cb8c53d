# One flat theta vector so that a generic minimiser can be plugged in.
# Homework 2, part (c): implement cost(theta) -> (J, grad) and check it.
import numpy as np


def unroll(theta, shapes):
    out, at = [], 0
    for s in shapes:
        size = int(np.prod(s))
        out.append(theta[at:at + size].reshape(s))
        at += size
    return out


def make_cost(X, Y, n_hidden, lam):
    m, d = X.shape
    k = Y.shape[1]
    shapes = [(n_hidden, d + 1), (k, n_hidden + 1)]
    Xb = np.hstack([np.ones((m, 1)), X])

    def hypothesis(theta, Xb_):
        T1, T2 = unroll(theta, shapes)
        A1 = 1 / (1 + np.exp(-Xb_ @ T1.T))
        A1b = np.hstack([np.ones((len(A1), 1)), A1])
        return A1, A1b, 1 / (1 + np.exp(-A1b @ T2.T))

    def cost(theta):
        T1, T2 = unroll(theta, shapes)
        A1, A1b, H = hypothesis(theta, Xb)
        J = -(Y * np.log(H) + (1 - Y) * np.log(1 - H)).sum() / m
        # the bias column is not regularised
        J += lam / (2 * m) * ((T1[:, 1:] ** 2).sum() + (T2[:, 1:] ** 2).sum())

        D3 = H - Y
        D2 = (D3 @ T2)[:, 1:] * A1 * (1 - A1)
        G2 = D3.T @ A1b / m
        G1 = D2.T @ Xb / m
        G2[:, 1:] += lam / m * T2[:, 1:]
        G1[:, 1:] += lam / m * T1[:, 1:]
        return J, np.concatenate([G1.ravel(), G2.ravel()])

    def predict(theta, Xnew):
        b = np.hstack([np.ones((len(Xnew), 1)), Xnew])
        return hypothesis(theta, b)[2].argmax(axis=1)

    n_theta = sum(int(np.prod(s)) for s in shapes)
    return cost, predict, n_theta


def numerical_gradient(f, theta, eps=1e-5):
    g = np.zeros_like(theta)
    for i in range(theta.size):
        e = np.zeros_like(theta)
        e[i] = eps
        g[i] = (f(theta + e)[0] - f(theta - e)[0]) / (2 * eps)
    return g


def minimise(f, theta, iters, alpha, mu):
    velocity = np.zeros_like(theta)
    J = None
    for it in range(iters):
        J, g = f(theta)
        velocity = mu * velocity + g
        theta = theta - alpha * velocity
        if it % 200 == 0:
            print("  iter %4d   J = %.4f" % (it, J))
    return theta, J


def rings(m, rng):
    label = rng.integers(0, 3, m)
    radius = 0.5 + 0.9 * label + 0.12 * rng.standard_normal(m)
    ang = rng.uniform(0, 2 * np.pi, m)
    return np.c_[radius * np.cos(ang), radius * np.sin(ang)], label


rng = np.random.default_rng(5)

# --- gradient check on a tiny problem
Xs, ls = rings(7, rng)
f, _, n = make_cost(Xs, np.eye(3)[ls], 4, lam=1.0)
t0 = rng.uniform(-0.5, 0.5, n)
a, b = f(t0)[1], numerical_gradient(f, t0)
print("gradient check, relative difference: %.2e" % (np.linalg.norm(a - b) / np.linalg.norm(a + b)))

# --- train
X, lab = rings(500, rng)
Xt, labt = rings(300, rng)
f, predict, n = make_cost(X, np.eye(3)[lab], 16, lam=0.01)
theta, J = minimise(f, rng.uniform(-0.7, 0.7, n), iters=1200, alpha=0.3, mu=0.9)
print("final J %.4f" % J)
print("train acc %.3f   test acc %.3f" % ((predict(theta, X) == lab).mean(), (predict(theta, Xt) == labt).mean()))
