# XOR gate training program
# kindly check, network is giving proper output after training only
import numpy as np

np.random.seed(21)

inp = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
desired_op = np.array([0, 1, 1, 0], dtype=float).reshape(4, 1)

no_of_hidden_nodes = 3
learning_rate = 0.8
tolerance = 0.01
max_itr = 30000

wt_ih = np.random.uniform(-1, 1, size=(2, no_of_hidden_nodes))
wt_ho = np.random.uniform(-1, 1, size=(no_of_hidden_nodes, 1))
bias_h = np.random.uniform(-1, 1, size=(1, no_of_hidden_nodes))
bias_o = np.random.uniform(-1, 1, size=(1, 1))


def act_fn(val):
    return 1.0 / (1.0 + np.exp(-val))


itr = 0
err = 1.0
while err > tolerance and itr < max_itr:
    # forward pass
    op_h = act_fn(inp @ wt_ih + bias_h)
    op_o = act_fn(op_h @ wt_ho + bias_o)

    diff = op_o - desired_op
    err = np.mean(diff ** 2)

    # backward pass
    slope_o = op_o * (1 - op_o)
    grad_o = 2 * diff * slope_o / len(inp)
    slope_h = op_h * (1 - op_h)
    grad_h = (grad_o @ wt_ho.T) * slope_h

    # updation of weights and biases
    wt_ho = wt_ho - learning_rate * (op_h.T @ grad_o)
    bias_o = bias_o - learning_rate * np.sum(grad_o, axis=0, keepdims=True)
    wt_ih = wt_ih - learning_rate * (inp.T @ grad_h)
    bias_h = bias_h - learning_rate * np.sum(grad_h, axis=0, keepdims=True)

    if itr % 1000 == 0:
        print("Iteration no.", itr, "error is", err)
    itr += 1

print("Stopped after", itr, "iterations, error is", err)
print("Final output is")
for row, val in zip(inp, op_o):
    print(row, "=>", val)
