# Toy neural network library with its own Matrix class (ported from my JS sketch).
# Demo: guess the price of a used bike from frame size, age and weight.
import math
import random

random.seed(21)


class Matrix:
    def __init__(self, rows, cols):
        self.rows = rows
        self.cols = cols
        self.data = [[0.0] * cols for _ in range(rows)]

    @staticmethod
    def from_list(values):
        m = Matrix(len(values), 1)
        for i, v in enumerate(values):
            m.data[i][0] = v
        return m

    def randomize(self):
        return self.map(lambda _: random.uniform(-0.7, 0.7))

    def map(self, fn):
        """apply fn to every element of this matrix (in place)"""
        for r in range(self.rows):
            for c in range(self.cols):
                self.data[r][c] = fn(self.data[r][c])
        return self

    def copy(self):
        m = Matrix(self.rows, self.cols)
        m.data = [row[:] for row in self.data]
        return m

    def add(self, other):
        for r in range(self.rows):
            for c in range(self.cols):
                self.data[r][c] += other.data[r][c]
        return self

    def scale(self, k):
        return self.map(lambda v: v * k)

    def hadamard(self, other):
        for r in range(self.rows):
            for c in range(self.cols):
                self.data[r][c] *= other.data[r][c]
        return self

    def T(self):
        m = Matrix(self.cols, self.rows)
        for r in range(self.rows):
            for c in range(self.cols):
                m.data[c][r] = self.data[r][c]
        return m

    @staticmethod
    def dot(a, b):
        assert a.cols == b.rows
        m = Matrix(a.rows, b.cols)
        for r in range(a.rows):
            for c in range(b.cols):
                m.data[r][c] = sum(a.data[r][k] * b.data[k][c] for k in range(a.cols))
        return m


def dtanh(y):
    return 1 - y * y


class NeuralNetwork:
    def __init__(self, n_in, n_hid, n_out, learning_rate=0.03):
        self.weights_ih = Matrix(n_hid, n_in).randomize()
        self.weights_ho = Matrix(n_out, n_hid).randomize()
        self.bias_h = Matrix(n_hid, 1).randomize()
        self.bias_o = Matrix(n_out, 1).randomize()
        self.learning_rate = learning_rate

    def feed_forward(self, inputs):
        self.inputs = Matrix.from_list(inputs)
        self.hidden = Matrix.dot(self.weights_ih, self.inputs).add(self.bias_h).map(math.tanh)
        return Matrix.dot(self.weights_ho, self.hidden).add(self.bias_o)  # linear output

    def train(self, inputs, targets):
        outputs = self.feed_forward(inputs)
        output_errors = Matrix.from_list(targets).add(outputs.scale(-1))
        loss = sum(row[0] ** 2 for row in output_errors.data) / 2

        hidden_errors = Matrix.dot(self.weights_ho.T(), output_errors)
        hidden_gradient = self.hidden.copy().map(dtanh)
        hidden_gradient.hadamard(hidden_errors)

        weights_ho_deltas = Matrix.dot(output_errors, self.hidden.T())
        weights_ih_deltas = Matrix.dot(hidden_gradient, self.inputs.T())

        self.weights_ho.add(weights_ho_deltas.scale(self.learning_rate))
        self.weights_ih.add(weights_ih_deltas.scale(self.learning_rate))
        self.bias_o.add(output_errors.scale(self.learning_rate))
        self.bias_h.add(hidden_gradient.scale(self.learning_rate))
        return loss


def bike():
    frame, age, weight = random.random(), random.random(), random.random()
    price = 0.9 * math.exp(-2 * age) + 0.4 * (1 - weight) ** 2 + 0.3 * frame * (1 - frame)
    return [2 * frame - 1, 2 * age - 1, 2 * weight - 1], [price]


bikes = [bike() for _ in range(80)]
nn = NeuralNetwork(3, 8, 1)
for epoch in range(301):
    random.shuffle(bikes)
    total = 0
    for features, price in bikes:
        total += nn.train(features, price)
    if epoch % 25 == 0:
        print(f"epoch {epoch:3d}  loss {total / len(bikes):.6f}")

for features, price in [bike() for _ in range(5)]:
    guess = nn.feed_forward(features).data[0][0]
    print(f"real {price[0] * 1000:7.1f} EUR   network says {guess * 1000:7.1f} EUR")
