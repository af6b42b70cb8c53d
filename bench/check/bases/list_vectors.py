import math
import random


def dot(u, v):
    return sum(a * b for a, b in zip(u, v))


def mat_vec(rows, v):
    return [dot(row, v) for row in rows]


def transpose(rows):
    return [list(col) for col in zip(*rows)]


def add(u, v):
    return [a + b for a, b in zip(u, v)]


def minus_scaled(u, k, v):
    return [a - k * b for a, b in zip(u, v)]


def tanh_slope(h):
    return 1 - h * h


random.seed(31)
hidden_w = [[random.gauss(0, 0.8) for _ in range(2)] for _ in range(6)]
hidden_b = [0.0] * 6
out_w = [[random.gauss(0, 0.5) for _ in range(6)] for _ in range(2)]
out_b = [0.0] * 2
samples = []
for _ in range(40):
    a, b = random.uniform(-1, 1), random.uniform(-1, 1)
    samples.append(([a, b], [a * b, a - b]))

learning_rate = 0.05
for epoch in range(25):
    random.shuffle(samples)
    loss, steps = 0.0, 0
    for point, target in samples:
        net = add(mat_vec(hidden_w, point), hidden_b)
        hidden = [math.tanh(n) for n in net]
        prediction = add(mat_vec(out_w, hidden), out_b)
        loss += sum((p - t) ** 2 for p, t in zip(prediction, target))

        out_grad = [2 * (p - t) for p, t in zip(prediction, target)]
        back = mat_vec(transpose(out_w), out_grad)
        hidden_grad = [g * tanh_slope(h) for g, h in zip(back, hidden)]

        out_w = [minus_scaled(row, learning_rate * g, hidden) for row, g in zip(out_w, out_grad)]
        out_b = minus_scaled(out_b, learning_rate, out_grad)
        hidden_w = [minus_scaled(row, learning_rate * g, point) for row, g in zip(hidden_w, hidden_grad)]
        hidden_b = minus_scaled(hidden_b, learning_rate, hidden_grad)
        steps += 1
    if epoch % 5 == 0:
        print(epoch, loss / steps)
