"""
Fitting a thermocouple calibration curve (microvolts in, degrees C out) with a
small neural network instead of the usual ninth order polynomial.

I log the data with a cheap meter which now and then produces a wild reading,
hence the Huber loss. Two tanh layers, linear output, Adam, mini batches.
"""
import numpy as np

np.random.seed(1951)

# ---------------------------------------------------------------------------
# "Measurements"
# ---------------------------------------------------------------------------
number_of_readings = 600
true_temperature = np.random.uniform(0.0, 1200.0, (number_of_readings, 1))
t = true_temperature / 1000.0
microvolts = 1000.0 * (39.0 * t + 5.0 * t ** 2 - 3.5 * t ** 3 + 1.2 * np.sin(7.0 * t))
microvolts += 60.0 * np.random.randn(number_of_readings, 1)

reading = true_temperature.copy()
wild = np.random.choice(number_of_readings, 25, replace=False)
reading[wild] += np.random.uniform(-500.0, 500.0, (25, 1))

# scale both so that the network sees numbers of order one
x_all = (microvolts - microvolts.mean()) / microvolts.std()
y_all = (reading - 600.0) / 350.0

# ---------------------------------------------------------------------------
# Network
# ---------------------------------------------------------------------------
hidden_one, hidden_two = 12, 12
huber_delta = 0.2

parameters = [
    np.random.randn(1, hidden_one), np.zeros((1, hidden_one)),
    np.random.randn(hidden_one, hidden_two) / np.sqrt(hidden_one), np.zeros((1, hidden_two)),
    np.random.randn(hidden_two, 1) / np.sqrt(hidden_two), np.zeros((1, 1)),
]


def forward(x, params):
    w1, b1, w2, b2, w3, b3 = params
    layer1 = np.tanh(x @ w1 + b1)
    layer2 = np.tanh(layer1 @ w2 + b2)
    output = layer2 @ w3 + b3
    return layer1, layer2, output


def huber(error):
    size = np.abs(error)
    quadratic = 0.5 * error ** 2
    linear = huber_delta * (size - 0.5 * huber_delta)
    return np.mean(np.where(size <= huber_delta, quadratic, linear))


def backward(x, y, params):
    w1, b1, w2, b2, w3, b3 = params
    layer1, layer2, output = forward(x, params)
    error = output - y
    n = x.shape[0]

    # derivative of the Huber loss with respect to the output
    d_out = np.where(np.abs(error) <= huber_delta, error, huber_delta * np.sign(error)) / n

    grad_w3 = layer2.T @ d_out
    grad_b3 = d_out.sum(axis=0, keepdims=True)
    d_layer2 = (d_out @ w3.T) * (1.0 - layer2 ** 2)
    grad_w2 = layer1.T @ d_layer2
    grad_b2 = d_layer2.sum(axis=0, keepdims=True)
    d_layer1 = (d_layer2 @ w2.T) * (1.0 - layer1 ** 2)
    grad_w1 = x.T @ d_layer1
    grad_b1 = d_layer1.sum(axis=0, keepdims=True)
    return [grad_w1, grad_b1, grad_w2, grad_b2, grad_w3, grad_b3]


# ---------------------------------------------------------------------------
# Training with Adam
# ---------------------------------------------------------------------------
learning_rate, beta1, beta2, tiny = 0.004, 0.9, 0.999, 1e-8
first_moment = [np.zeros_like(p) for p in parameters]
second_moment = [np.zeros_like(p) for p in parameters]
step = 0
batch_size = 50

for epoch in range(701):
    order = np.random.permutation(number_of_readings)
    for start in range(0, number_of_readings, batch_size):
        pick = order[start:start + batch_size]
        gradients = backward(x_all[pick], y_all[pick], parameters)
        step += 1
        for k in range(len(parameters)):
            first_moment[k] = beta1 * first_moment[k] + (1 - beta1) * gradients[k]
            second_moment[k] = beta2 * second_moment[k] + (1 - beta2) * gradients[k] ** 2
            corrected1 = first_moment[k] / (1 - beta1 ** step)
            corrected2 = second_moment[k] / (1 - beta2 ** step)
            parameters[k] = parameters[k] - learning_rate * corrected1 / (np.sqrt(corrected2) + tiny)
    if epoch % 100 == 0:
        prediction = forward(x_all, parameters)[-1]
        degrees = prediction * 350.0 + 600.0
        print("epoch", epoch, " Huber loss", round(huber(prediction - y_all), 6),
              " median error in degrees", round(float(np.median(np.abs(degrees - true_temperature))), 2))
