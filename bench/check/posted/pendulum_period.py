# Learns the period of a real pendulum (not the small angle formula) from length and amplitude.
# Pure Python so it also runs on my old Raspberry Pi.
import math
import random

random.seed(4)
g = 9.81


def true_period(length, amplitude_deg):
    """Exact period through the arithmetic-geometric mean."""
    a, b = 1.0, math.cos(math.radians(amplitude_deg) / 2)
    while abs(a - b) > 1e-12:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return 2 * math.pi * math.sqrt(length / g) / a


def sigmoid(z):
    return 1.0 / (1.0 + math.exp(-z))


MAX_LENGTH = 2.0      # metres
MAX_ANGLE = 120.0     # degrees
MAX_PERIOD = 4.0      # seconds

measurements = []
for _ in range(120):
    length = random.uniform(0.1, MAX_LENGTH)
    angle = random.uniform(5, MAX_ANGLE)
    period = true_period(length, angle) + random.gauss(0, 0.01)
    measurements.append((length, angle, period))

samples = []
for length, angle, period in measurements:
    x = [length / MAX_LENGTH, angle / MAX_ANGLE]
    t = period / MAX_PERIOD
    samples.append((x, t))

HIDDEN = 8
rate = 2.0
w = [[random.gauss(0, 1) for _ in range(2)] for _ in range(HIDDEN)]
bias = [0.0] * HIDDEN
v = [random.gauss(0, 1) for _ in range(HIDDEN)]
v_bias = 0.0


def run_network(x):
    h = []
    for j in range(HIDDEN):
        total = bias[j]
        for i in range(2):
            total += w[j][i] * x[i]
        h.append(sigmoid(total))
    out = sigmoid(sum(v[j] * h[j] for j in range(HIDDEN)) + v_bias)
    return h, out


for epoch in range(2001):
    random.shuffle(samples)
    squared = 0.0
    for x, t in samples:
        h, out = run_network(x)
        error = out - t
        squared += error * error

        # error signal of the output unit for E = 1/2 (out - t)^2
        delta_out = error * out * (1 - out)
        for j in range(HIDDEN):
            delta_h = delta_out * v[j] * h[j] * (1 - h[j])
            v[j] -= rate * delta_out * h[j]
            for i in range(2):
                w[j][i] -= rate * delta_h * x[i]
            bias[j] -= rate * delta_h
        v_bias -= rate * delta_out
    if epoch % 200 == 0:
        print("epoch", epoch, " rms error", round(math.sqrt(squared / len(samples)), 5))

print()
print("length  angle   true    network")
for length, angle in [(0.25, 10), (0.5, 60), (1.0, 20), (1.0, 110), (1.8, 45)]:
    _, out = run_network([length / MAX_LENGTH, angle / MAX_ANGLE])
    print("%5.2f   %5.1f   %.3f   %.3f" % (length, angle, true_period(length, angle), out * MAX_PERIOD))
