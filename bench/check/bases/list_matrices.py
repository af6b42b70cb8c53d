"""A network on my own little matrix library: a matrix is a list of rows."""
import random


def matmul(a, b):
    cols = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, col)) for col in cols] for row in a]


def transpose(a):
    return [list(col) for col in zip(*a)]


def zip_map(f, a, b):
    return [[f(x, y) for x, y in zip(ra, rb)] for ra, rb in zip(a, b)]


def scale(k, a):
    return [[k * x for x in row] for row in a]


def subtract(a, b):
    return zip_map(lambda x, y: x - y, a, b)


def add_row(a, row):
    return [[x + r for x, r in zip(line, row[0])] for line in a]


def column_sums(a):
    return [[sum(col) for col in zip(*a)]]


def random_matrix(rows, cols, spread):
    return [[random.uniform(-spread, spread) for _ in range(cols)] for _ in range(rows)]


random.seed(404)
# y = |x1| - x2
data = random_matrix(20, 2, 1.0)
labels = [[abs(p[0]) - p[1]] for p in data]

W1, b1 = random_matrix(2, 5, 0.9), [[0.05] * 5]
W2, b2 = random_matrix(5, 1, 0.9), [[0.0]]
rate = 0.1
history = []

for epoch in range(60):
    for k in range(0, 20, 10):
        batch, y = data[k:k + 10], labels[k:k + 10]
        Z1 = add_row(matmul(batch, W1), b1)
        A1 = [[max(0.0, z) for z in row] for row in Z1]
        Z2 = add_row(matmul(A1, W2), b2)
        diff = subtract(Z2, y)
        loss = sum(d[0] ** 2 for d in diff) / len(batch)
        history.append(loss)

        dZ2 = scale(2 / len(batch), diff)
        dW2 = matmul(transpose(A1), dZ2)
        db2 = column_sums(dZ2)
        dA1 = matmul(dZ2, transpose(W2))
        dZ1 = zip_map(lambda d, z: d if z > 0 else 0.0, dA1, Z1)
        dW1 = matmul(transpose(batch), dZ1)
        db1 = column_sums(dZ1)
        W1 = subtract(W1, scale(rate, dW1))
        b1 = subtract(b1, scale(rate, db1))
        W2 = subtract(W2, scale(rate, dW2))
        b2 = subtract(b2, scale(rate, db2))
    if epoch % 10 == 0:
        print(epoch, history[-1])
