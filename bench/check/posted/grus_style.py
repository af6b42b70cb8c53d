"""Feed forward net from plain lists (type hints because the book does so)."""
import math
import random
from typing import List

Vector = List[float]


def dot(v: Vector, w: Vector) -> float:
    return sum(v_i * w_i for v_i, w_i in zip(v, w))


def sigmoid(t: float) -> float:
    return 1 / (1 + math.exp(-t))


def neuron_output(weights: Vector, inputs: Vector) -> float:
    # weights includes the bias term, inputs includes a 1
    return sigmoid(dot(weights, inputs))


def feed_forward(neural_network: List[List[Vector]], input_vector: Vector) -> List[Vector]:
    outputs: List[Vector] = []
    for layer in neural_network:
        input_with_bias = input_vector + [1]
        output = [neuron_output(neuron, input_with_bias) for neuron in layer]
        outputs.append(output)
        input_vector = output
    return outputs


def sqerror_gradients(network, input_vector: Vector, target_vector: Vector):
    """gradient of 1/2 * squared error with respect to all the weights"""
    hidden_outputs, outputs = feed_forward(network, input_vector)
    output_deltas = [output * (1 - output) * (output - target)
                     for output, target in zip(outputs, target_vector)]
    output_grads = [[output_deltas[i] * hidden_output
                     for hidden_output in hidden_outputs + [1]]
                    for i, output_neuron in enumerate(network[-1])]
    hidden_deltas = [hidden_output * (1 - hidden_output) *
                     dot(output_deltas, [n[i] for n in network[-1]])
                     for i, hidden_output in enumerate(hidden_outputs)]
    hidden_grads = [[hidden_deltas[i] * x for x in input_vector + [1]]
                    for i, hidden_neuron in enumerate(network[0])]
    return [hidden_grads, output_grads]


def gradient_step(v: Vector, gradient: Vector, step_size: float) -> Vector:
    return [v_i + step_size * g_i for v_i, g_i in zip(v, gradient)]


random.seed(0)

# full adder: a, b, carry_in -> sum, carry_out
xs = [[float(a), float(b), float(c)] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
ys = [[float(int(sum(x)) % 2), float(sum(x) >= 2)] for x in xs]

network = [
    [[random.random() * 2 - 1 for _ in range(3 + 1)] for _ in range(6)],
    [[random.random() * 2 - 1 for _ in range(6 + 1)] for _ in range(2)],
]

learning_rate = 1.0

for epoch in range(1500):
    for x, y in zip(xs, ys):
        gradients = sqerror_gradients(network, x, y)
        network = [[gradient_step(neuron, grad, -learning_rate)
                    for neuron, grad in zip(layer, layer_grad)]
                   for layer, layer_grad in zip(network, gradients)]
    if epoch % 300 == 0:
        sq = sum((o - t) ** 2 for x, y in zip(xs, ys)
                 for o, t in zip(feed_forward(network, x)[-1], y)) / 2
        print(f"{epoch:5d}  {sq:.5f}")

for x, y in zip(xs, ys):
    print(x, y, [round(o, 2) for o in feed_forward(network, x)[-1]])
