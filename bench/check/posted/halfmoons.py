"""Two moons, one tanh hidden layer, softmax on top, L2 penalty. Follow-along of a notebook."""
import numpy as np

rs = np.random.RandomState(0)

# --- data -------------------------------------------------------------
n_per = 120
t = np.pi * rs.rand(n_per)
upper = np.c_[np.cos(t), np.sin(t)]
t = np.pi * rs.rand(n_per)
lower = np.c_[1 - np.cos(t), 0.5 - np.sin(t)]
X = np.r_[upper, lower] + 0.15 * rs.randn(2 * n_per, 2)
y = np.r_[np.zeros(n_per, dtype=int), np.ones(n_per, dtype=int)]

num_examples = len(X)
nn_input_dim = 2
nn_output_dim = 2
epsilon = 0.5        # learning rate
reg_lambda = 0.002   # regularization strength


def get_probs(model, x):
    W1, b1, W2, b2 = model['W1'], model['b1'], model['W2'], model['b2']
    a1 = np.tanh(x.dot(W1) + b1)
    scores = a1.dot(W2) + b2
    scores -= scores.max(axis=1, keepdims=True)
    e = np.exp(scores)
    return a1, e / e.sum(axis=1, keepdims=True)


def calculate_loss(model):
    _, probs = get_probs(model, X)
    data_loss = -np.log(probs[np.arange(num_examples), y]).mean()
    reg_loss = reg_lambda / 2 * (np.sum(model['W1'] ** 2) + np.sum(model['W2'] ** 2))
    return data_loss + reg_loss


def predict(model, x):
    return get_probs(model, x)[1].argmax(axis=1)


def build_model(nn_hdim, num_passes=12000, print_loss=False):
    W1 = rs.randn(nn_input_dim, nn_hdim) / np.sqrt(nn_input_dim)
    b1 = np.zeros((1, nn_hdim))
    W2 = rs.randn(nn_hdim, nn_output_dim) / np.sqrt(nn_hdim)
    b2 = np.zeros((1, nn_output_dim))
    model = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}

    for i in range(num_passes):
        a1, probs = get_probs(model, X)

        # backprop
        delta3 = probs
        delta3[np.arange(num_examples), y] -= 1
        delta3 /= num_examples
        dW2 = a1.T.dot(delta3)
        db2 = delta3.sum(axis=0, keepdims=True)
        delta2 = delta3.dot(model['W2'].T) * (1 - a1 ** 2)
        dW1 = X.T.dot(delta2)
        db1 = delta2.sum(axis=0, keepdims=True)

        # regularization (biases are not regularized)
        dW2 += reg_lambda * model['W2']
        dW1 += reg_lambda * model['W1']

        model['W1'] = model['W1'] - epsilon * dW1
        model['b1'] = model['b1'] - epsilon * db1
        model['W2'] = model['W2'] - epsilon * dW2
        model['b2'] = model['b2'] - epsilon * db2

        if print_loss and i % 2000 == 0:
            print("Loss after iteration %i: %f" % (i, calculate_loss(model)))
    return model


model = build_model(6, print_loss=True)
print("final loss", calculate_loss(model))
print("accuracy", (predict(model, X) == y).mean())
