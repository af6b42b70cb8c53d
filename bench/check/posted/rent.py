# predict the rent of a flat
# my first network, all by hand :)
import numpy as np
np.random.seed(32)

#                m2  rooms  age  km_to_center  rent
D = np.array([[  28,   1,   12,    2.0,   455],
              [  35,   1,   40,    1.5,   490],
              [  41,   2,    5,    6.0,   510],
              [  45,   2,   33,    0.8,   640],
              [  50,   2,   18,    9.0,   520],
              [  52,   2,    2,    4.5,   640],
              [  58,   3,   51,    3.0,   625],
              [  60,   2,   27,   12.0,   560],
              [  63,   3,    9,    7.0,   700],
              [  66,   3,   44,    2.2,   760],
              [  70,   3,   15,    5.0,   790],
              [  72,   3,   60,   10.0,   610],
              [  75,   4,   22,    1.0,   930],
              [  80,   3,    3,    3.5,   960],
              [  84,   4,   37,    8.0,   820],
              [  88,   4,   11,   14.0,   800],
              [  92,   4,   29,    2.5,  1040],
              [  95,   4,    7,    6.5,  1050],
              [ 101,   5,   48,    4.0,  1030],
              [ 106,   4,   20,   11.0,   990],
              [ 112,   5,    1,    1.2,  1380],
              [ 120,   5,   35,    9.5,  1090],
              [ 131,   5,   14,    5.5,  1370],
              [ 140,   6,   55,   16.0,  1120]])

X = D[:, 0:4]
Y = D[:, 4:5]
n = len(X)

hidden = 6
W1 = np.random.randn(4, hidden) * 0.2
b1 = np.zeros((1, hidden))
W2 = np.random.randn(hidden, 1) * 0.2
b2 = np.zeros((1, 1))

lr = 0.0000005   # bigger ones explode
epochs = 60000

for epoch in range(epochs):
    # forward
    Z = np.dot(X, W1) + b1
    H = np.maximum(0, Z)
    P = np.dot(H, W2) + b2

    loss = np.mean((P - Y) ** 2)

    # backward
    dP = 2 * (P - Y) / n
    dW2 = np.dot(H.T, dP)
    db2 = np.sum(dP, axis=0, keepdims=True)
    dH = np.dot(dP, W2.T)
    dZ = dH * (Z > 0)
    dW1 = np.dot(X.T, dZ)
    db1 = np.sum(dZ, axis=0, keepdims=True)

    # update
    W1 = W1 - lr * dW1
    b1 = b1 - lr * db1
    W2 = W2 - lr * dW2
    b2 = b2 - lr * db2

    if epoch % 5000 == 0:
        print("epoch", epoch, "loss", loss)

print("final loss", loss)
for i in range(0, n, 4):
    print("real", Y[i, 0], "predicted", round(P[i, 0], 1))

new = np.array([[77, 3, 10, 4.0]])
print("77 m2, 3 rooms:", np.maximum(0, new.dot(W1) + b1).dot(W2) + b2)
