# Multi class logistic regression from scratch, only core Python. All weights may start from zero here.
from math import exp, log
from random import Random

rnd = Random(7)
NUM_CLASS, NUM_FEATURE = 3, 4
table = []
for k in range(45):
    row = [rnd.uniform(-1, 1) for _ in range(NUM_FEATURE)]
    scores = [row[0] + row[1], row[2] - 0.5 * row[3], -row[0]]
    table.append((row, scores.index(max(scores))))

weight = [[0.0] * NUM_FEATURE for _ in range(NUM_CLASS)]
bias = [0.0] * NUM_CLASS
learning_rate = 0.9
l2 = 0.01


def soft_max(score):
    top = max(score)
    power = [exp(s - top) for s in score]
    total = sum(power)
    return [q / total for q in power]


for epoch in range(60):
    d_weight = [[0.0] * NUM_FEATURE for _ in range(NUM_CLASS)]
    d_bias = [0.0] * NUM_CLASS
    cost, correct = 0.0, 0
    for row, label in table:
        score = [bias[c] + sum(weight[c][f] * row[f] for f in range(NUM_FEATURE)) for c in range(NUM_CLASS)]
        probability = soft_max(score)
        cost -= log(probability[label]) / len(table)
        correct += probability.index(max(probability)) == label
        for c in range(NUM_CLASS):
            error = probability[c] - (1 if c == label else 0)
            for f in range(NUM_FEATURE):
                d_weight[c][f] += error * row[f] / len(table)
            d_bias[c] += error / len(table)
    cost += 0.5 * l2 * sum(w * w for line in weight for w in line)
    for c in range(NUM_CLASS):
        for f in range(NUM_FEATURE):
            weight[c][f] -= learning_rate * (d_weight[c][f] + l2 * weight[c][f])
        bias[c] -= learning_rate * d_bias[c]
    if epoch % 15 == 0:
        print("Epoch", epoch, "cost", round(cost, 4), "correct", correct, "out of", len(table))
