# Classifying fruit with a neural network made of Neuron objects.
# I am learning Python so I did not use any library on purpose.
import math
import random

random.seed(2)

# weight in grams, length in cm, width in cm, price per piece in cents
average_fruit = {
    "apple":  [180, 8.0, 7.5, 45],
    "banana": [125, 19.0, 3.8, 30],
    "plum":   [70, 5.2, 4.6, 25],
}
fruit_names = ["apple", "banana", "plum"]


class Neuron:
    def __init__(self, number_of_inputs):
        self.weights = [random.uniform(-0.7, 0.7) for _ in range(number_of_inputs)]
        self.bias = random.uniform(-0.7, 0.7)
        self.output = 0.0
        self.delta = 0.0
        self.clear_gradients()

    def clear_gradients(self):
        self.weight_gradients = [0.0] * len(self.weights)
        self.bias_gradient = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        total = self.bias
        for weight, value in zip(self.weights, inputs):
            total += weight * value
        if total < -500:
            total = -500  # math.exp crashes on huge numbers
        self.output = 1.0 / (1.0 + math.exp(-total))
        return self.output

    def collect_gradients(self):
        for i in range(len(self.weights)):
            self.weight_gradients[i] += self.delta * self.inputs[i]
        self.bias_gradient += self.delta

    def apply_gradients(self, learning_rate):
        for i in range(len(self.weights)):
            self.weights[i] -= learning_rate * self.weight_gradients[i]
        self.bias -= learning_rate * self.bias_gradient


def make_fruit_table(pieces_of_each):
    table = []
    for name in fruit_names:
        for _ in range(pieces_of_each):
            measurements = [value * random.gauss(1.0, 0.25) for value in average_fruit[name]]
            table.append((measurements, name))
    random.shuffle(table)
    return table


def scale_columns(table):
    number_of_columns = len(table[0][0])
    for column in range(number_of_columns):
        values = [row[0][column] for row in table]
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
        for row in table:
            row[0][column] = (row[0][column] - mean) / spread


def run_network(hidden_layer, output_layer, measurements):
    hidden_outputs = [neuron.activate(measurements) for neuron in hidden_layer]
    return [neuron.activate(hidden_outputs) for neuron in output_layer]


def backpropagate(hidden_layer, output_layer, targets):
    for neuron, target in zip(output_layer, targets):
        neuron.delta = (neuron.output - target) * neuron.output * (1 - neuron.output)
    for position, neuron in enumerate(hidden_layer):
        blame = 0.0
        for next_neuron in output_layer:
            blame += next_neuron.delta * next_neuron.weights[position]
        neuron.delta = blame * neuron.output * (1 - neuron.output)
    for neuron in hidden_layer + output_layer:
        neuron.collect_gradients()


table = make_fruit_table(60)
scale_columns(table)
train_rows, test_rows = table[:140], table[140:]

hidden_layer = [Neuron(4) for _ in range(5)]
output_layer = [Neuron(5) for _ in range(3)]

for epoch in range(801):
    for neuron in hidden_layer + output_layer:
        neuron.clear_gradients()
    total_error = 0.0
    for measurements, name in train_rows:
        targets = [1.0 if name == fruit else 0.0 for fruit in fruit_names]
        outputs = run_network(hidden_layer, output_layer, measurements)
        for output, target in zip(outputs, targets):
            total_error += 0.5 * (output - target) ** 2
        backpropagate(hidden_layer, output_layer, targets)
    for neuron in hidden_layer + output_layer:
        neuron.apply_gradients(0.02)
    if epoch % 100 == 0:
        print("epoch", epoch, "error", round(total_error, 4))

correct_answers = 0
for measurements, name in test_rows:
    outputs = run_network(hidden_layer, output_layer, measurements)
    guess = fruit_names[outputs.index(max(outputs))]
    if guess == name:
        correct_answers += 1
print(correct_answers, "of", len(test_rows), "fruits recognised")
