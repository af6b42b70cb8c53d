"""
Tiny vanilla character RNN, one character at a time.
Text is a nursery rhyme repeated so there is something to memorise.
"""
import numpy as np

np.random.seed(4)
data = ("jack and jill went up the hill\n"
        "to fetch a pail of water\n"
        "jack fell down and broke his crown\n"
        "and jill came tumbling after\n") * 8
chars = sorted(set(data))
vocab_size = len(chars)
char_to_ix = {ch: i for i, ch in enumerate(chars)}
ix_to_char = {i: ch for i, ch in enumerate(chars)}

# hyperparameters
hidden_size = 64
seq_length = 20
learning_rate = 0.1

# model parameters
Wxh = np.random.randn(hidden_size, vocab_size) * 0.05
Whh = np.random.randn(hidden_size, hidden_size) * 0.05
Why = np.random.randn(vocab_size, hidden_size) * 0.05
bh = np.zeros((hidden_size, 1))
by = np.zeros((vocab_size, 1))


def loss_fun(inputs, targets, hprev):
    """inputs, targets are lists of integers, hprev is Hx1.
    Returns the loss, raw gradients and last hidden state."""
    xs, hs, ps = {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        y = np.dot(Why, hs[t]) + by
        e = np.exp(y - y.max())
        ps[t] = e / e.sum()
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, dhraw)
    return loss, [dWxh, dWhh, dWhy, dbh, dby], hs[len(inputs) - 1]


def sample(h, seed_ix, n):
    x = np.zeros((vocab_size, 1))
    x[seed_ix] = 1
    out = []
    for _ in range(n):
        h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, h) + bh)
        y = np.dot(Why, h) + by
        p = np.exp(y - y.max())
        p /= p.sum()
        ix = np.random.choice(vocab_size, p=p.ravel())
        x = np.zeros((vocab_size, 1))
        x[ix] = 1
        out.append(ix_to_char[ix])
    return "".join(out)


if __name__ == "__main__":
    params = [Wxh, Whh, Why, bh, by]
    mems = [np.zeros_like(p) for p in params]
    n, p = 0, 0
    smooth_loss = -np.log(1.0 / vocab_size) * seq_length
    while n <= 1600:
        # reset the memory whenever we wrap round
        if p + seq_length + 1 >= len(data) or n == 0:
            hprev = np.zeros((hidden_size, 1))
            p = 0
        inputs = [char_to_ix[ch] for ch in data[p:p + seq_length]]
        targets = [char_to_ix[ch] for ch in data[p + 1:p + seq_length + 1]]
        loss, grads, hprev = loss_fun(inputs, targets, hprev)
        for g in grads:
            np.clip(g, -5, 5, out=g)  # exploding gradients
        smooth_loss = smooth_loss * 0.99 + loss * 0.01
        if n % 400 == 0:
            print("iter %d, loss per char: %.4f" % (n, smooth_loss / seq_length))
        # Adagrad
        for param, g, mem in zip(params, grads, mems):
            mem += g * g
            param += -learning_rate * g / np.sqrt(mem + 1e-8)
        p += seq_length
        n += 1
    print("----\n" + "j" + sample(np.zeros((hidden_size, 1)), char_to_ix["j"], 120))
