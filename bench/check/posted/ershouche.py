# 二手车价格回归，Huber 损失，偏置放在最后一列
import numpy as np

np.random.seed(66)


def add_one(a):
    # 在右边加一列 1 作为偏置
    return np.hstack([a, np.ones((a.shape[0], 1))])


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


def leaky_d(z):
    return np.where(z > 0, 1.0, 0.1)


# 车龄(年) 里程(万公里) 排量(升) -> 价格(万元)
num = 500
age = np.random.uniform(0, 12, num)
km = age * 1.3 + np.random.uniform(0, 4, num)
cc = np.random.choice([1.2, 1.5, 1.6, 2.0, 2.5], num)
price = (5 + 6 * cc) * 0.87 ** age - 0.15 * km + np.random.normal(0, 0.3, num)
wrong = np.random.rand(num) < 0.02
price[wrong] += np.random.uniform(15, 30, wrong.sum())     # 有人把价格填错了

X = np.column_stack([age, km, cc])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = ((price - price.mean()) / price.std()).reshape(-1, 1)

hid1, hid2 = 12, 8
W1 = np.random.randn(3 + 1, hid1) * 0.4
W2 = np.random.randn(hid1 + 1, hid2) * 0.4
W3 = np.random.randn(hid2 + 1, 1) * 0.4
delta = 0.5
lr = 0.05
batch = 50


def huber(e):
    return np.mean(np.where(np.abs(e) <= delta, 0.5 * e ** 2, delta * (np.abs(e) - 0.5 * delta)))


for epoch in range(1501):
    idx = np.arange(num)
    np.random.shuffle(idx)
    for s in range(0, num, batch):
        pick = idx[s:s + batch]
        # 前向
        x0 = add_one(X[pick])
        z1 = x0 @ W1
        x1 = add_one(leaky(z1))
        z2 = x1 @ W2
        x2 = add_one(leaky(z2))
        out = x2 @ W3

        # 反向
        e = out - y[pick]
        d3 = np.where(np.abs(e) <= delta, e, delta * np.sign(e)) / batch
        d2 = (d3 @ W3[:-1].T) * leaky_d(z2)
        d1 = (d2 @ W2[:-1].T) * leaky_d(z1)
        W3 = W3 - lr * x2.T @ d3
        W2 = W2 - lr * x1.T @ d2
        W1 = W1 - lr * x0.T @ d1

    if epoch % 150 == 0:
        pred = add_one(leaky(add_one(leaky(add_one(X) @ W1)) @ W2)) @ W3
        print("epoch %d loss %.4f 中位误差(万元) %.3f" % (epoch, huber(pred - y), np.median(np.abs(pred - y)) * price.std()))
