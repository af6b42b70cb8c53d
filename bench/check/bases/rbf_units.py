import numpy as np


class RBFNet:
    def __init__(self, x, num_centers):
        pick = np.random.choice(len(x), num_centers, replace=False)
        self.centers = x[pick].copy()
        self.beta = np.full(num_centers, 1.5)
        self.w = np.random.normal(0, 0.3, num_centers + 1)

    def forward(self, x):
        self.x = x
        self.gap = x[:, None, :] - self.centers[None, :, :]      # (n, centres, dims)
        self.dist2 = np.sum(self.gap ** 2, axis=2)
        self.phi = np.exp(-self.beta * self.dist2)
        return self.phi.dot(self.w[:-1]) + self.w[-1]

    def gradients(self, err):
        dphi = err[:, None] * self.w[:-1]
        dw = np.append(self.phi.T.dot(err), err.sum())
        dbeta = np.sum(dphi * -self.dist2 * self.phi, axis=0)
        inner = dphi * self.phi * 2 * self.beta
        dcenters = np.sum(inner[:, :, None] * self.gap, axis=0)
        return dcenters, dbeta, dw

    def fit(self, x, y, rate, epochs):
        for e in range(epochs):
            out = self.forward(x)
            err = (out - y) / len(x)
            mse = np.mean((out - y) ** 2) / 2
            dcenters, dbeta, dw = self.gradients(err)
            self.centers -= rate * dcenters
            self.beta -= rate * dbeta
            self.w -= rate * dw
            if e % 100 == 0:
                print("epoch", e, "error", mse)


np.random.seed(9)
x = np.random.uniform(-2, 2, (50, 2))
y = np.sin(x[:, 0]) * np.cos(x[:, 1])
net = RBFNet(x, 7)
net.fit(x, y, rate=0.3, epochs=400)
