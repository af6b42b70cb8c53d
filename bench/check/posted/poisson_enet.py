# Poisson regression (log link) with an elastic-net penalty, by proximal
# gradient. Counts of visits explained by small integer scores.
import numpy as np

rng = np.random.RandomState(99)

n, p = 500, 10
X = rng.randint(-2, 3, size=(n, p))          # Likert items, centred on zero
beta_true = np.array([0.35, -0.25, 0.0, 0.0, 0.2, 0.0, 0.0, -0.15, 0.0, 0.0])
alpha_true = 0.5
y = rng.poisson(np.exp(alpha_true + X @ beta_true))

l1 = 0.02
l2 = 0.01


def nll(alpha, beta):
    """mean negative log-likelihood without the log(y!) constant"""
    eta = alpha + X @ beta
    return np.mean(np.exp(eta) - y * eta)


def smooth_part(alpha, beta):
    return nll(alpha, beta) + 0.5 * l2 * np.sum(beta ** 2)


def objective(alpha, beta):
    return smooth_part(alpha, beta) + l1 * np.sum(np.abs(beta))


def gradient(alpha, beta):
    mu = np.exp(alpha + X @ beta)
    resid = mu - y
    d_alpha = np.mean(resid)
    d_beta = X.T @ resid / n + l2 * beta
    return d_alpha, d_beta


def soft_threshold(v, t):
    return np.sign(v) * np.maximum(np.abs(v) - t, 0.0)


def fit(max_iter=3000, tol=1e-8, step=0.05):
    alpha = 0.0
    beta = np.zeros(p)
    previous = objective(alpha, beta)
    for it in range(max_iter):
        d_alpha, d_beta = gradient(alpha, beta)
        alpha = alpha - step * d_alpha
        # the intercept is not penalised
        beta[:] = soft_threshold(beta - step * d_beta, step * l1)
        current = objective(alpha, beta)
        if it % 50 == 0:
            print("iter %4d   objective %.6f" % (it, current))
        if abs(previous - current) < tol:
            print("converged after", it, "iterations, objective %.6f" % current)
            break
        previous = current
    return alpha, beta


def deviance(alpha, beta):
    mu = np.exp(alpha + X @ beta)
    ratio = np.where(y > 0, y / mu, 1.0)
    return 2 * np.sum(y * np.log(ratio) - (y - mu))


if __name__ == "__main__":
    alpha, beta = fit()
    null = deviance(np.log(y.mean()), np.zeros(p))
    print("intercept  %.3f (true %.3f)" % (alpha, alpha_true))
    for j in range(p):
        print("beta[%d]   % .3f   (true % .3f)" % (j, beta[j], beta_true[j]))
    print("deviance explained: %.3f" % (1 - deviance(alpha, beta) / null))
