from numpy import matrix, ones, zeros, exp, log, hstack, random, multiply

random.seed(12)


def loadData(m=80):
    raw = random.rand(m, 3) * 4 - 2
    noise = random.rand(m) * 0.5
    labels = (raw[:, 0] - 0.5 * raw[:, 1] + noise > 0.2) * 1.0
    dataMat = matrix(hstack((ones((m, 1)), raw)))
    labelMat = matrix(labels).transpose()
    return dataMat, labelMat


def sigmoid(inX):
    return 1.0 / (1 + exp(-inX))


def crossEntropy(h, labelMat):
    return -(multiply(labelMat, log(h)) + multiply(1 - labelMat, log(1 - h))).sum() / len(h)


dataMat, labelMat = loadData()
m, n = dataMat.shape
theta = matrix(zeros((n, 1)))
alpha = 0.3
lam = 0.01
keep = matrix(ones((n, 1)))
keep[0, 0] = 0          # the intercept is not shrunk
for cycle in range(200):
    h = sigmoid(dataMat * theta)
    cost = crossEntropy(h, labelMat) + 0.5 * lam * float((multiply(keep, theta).T * theta)[0, 0])
    error = h - labelMat
    grad = dataMat.transpose() * error / m + lam * multiply(keep, theta)
    theta = theta - alpha * grad
    if cycle % 50 == 0:
        print('cost after %d cycles: %f' % (cycle, cost))
print(theta.T)
