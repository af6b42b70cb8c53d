# REINFORCE with a moving baseline on a 5x5 gridworld with a pit.
# Policy = small MLP (tanh hidden layer, softmax over 4 moves).
# No numpy on purpose, the lab machines do not have it.
import random
from math import exp, log, tanh

SIZE = 5
GOAL, PIT = (4, 4), (2, 2)
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]     # up down left right
GAMMA = 0.95
N_STATE, N_HID, N_ACT = SIZE * SIZE, 16, 4

random.seed(21)


def gauss_rows(rows, cols, sd):
    return [[random.gauss(0, sd) for _ in range(cols)] for _ in range(rows)]


# the state is one-hot, so row s of W1 is simply picked out
W1 = gauss_rows(N_STATE, N_HID, 0.3)
b1 = [[0.0] * N_HID]
W2 = gauss_rows(N_HID, N_ACT, 0.1)
b2 = [[0.0] * N_ACT]
params = [W1, b1, W2, b2]


def policy(s):
    hid = [tanh(w + b) for w, b in zip(W1[s], b1[0])]
    logits = [b2[0][a] + sum(hid[j] * W2[j][a] for j in range(N_HID)) for a in range(N_ACT)]
    top = max(logits)
    e = [exp(v - top) for v in logits]
    total = sum(e)
    return [v / total for v in e], hid


def play(max_steps=60):
    """generator: yields (state, hidden, probs, action, reward) until the end"""
    r, c = 0, 0
    for _ in range(max_steps):
        s = r * SIZE + c
        probs, hid = policy(s)
        a = random.choices(range(N_ACT), weights=probs)[0]
        r = min(max(r + MOVES[a][0], 0), SIZE - 1)
        c = min(max(c + MOVES[a][1], 0), SIZE - 1)
        if (r, c) == GOAL:
            yield s, hid, probs, a, 1.0
            return
        if (r, c) == PIT:
            yield s, hid, probs, a, -0.5
            return
        yield s, hid, probs, a, 0.0


def discounted(rewards):
    out = [0.0] * len(rewards)
    running = 0.0
    for i in range(len(rewards) - 1, -1, -1):
        running = rewards[i] + GAMMA * running
        out[i] = running
    return out


def episode_gradient(steps, advantages):
    """gradient of sum_t advantage_t * log pi(a_t | s_t)   (to be ascended)"""
    gW1, gb1, gW2, gb2 = [[[0.0] * len(row) for row in p] for p in params]
    for (s, hid, probs, a, _), adv in zip(steps, advantages):
        dlogits = [adv * ((1.0 if i == a else 0.0) - probs[i]) for i in range(N_ACT)]
        for i in range(N_ACT):
            gb2[0][i] += dlogits[i]
        for j in range(N_HID):
            back = sum(dlogits[i] * W2[j][i] for i in range(N_ACT))
            dpre = back * (1 - hid[j] ** 2)
            gW1[s][j] += dpre
            gb1[0][j] += dpre
            for i in range(N_ACT):
                gW2[j][i] += dlogits[i] * hid[j]
    return [gW1, gb1, gW2, gb2]


baseline = 0.0
lr = 0.1
wins, lengths, entropies = [], [], []

for episode in range(1, 1501):
    steps = list(play())
    rewards = [st[4] for st in steps]
    returns = discounted(rewards)
    grads = episode_gradient(steps, [g - baseline for g in returns])
    baseline = 0.95 * baseline + 0.05 * sum(returns) / len(returns)

    for p, g in zip(params, grads):
        for row, grow in zip(p, g):
            for i in range(len(row)):
                row[i] += lr * grow[i]

    wins.append(rewards[-1] == 1.0)
    lengths.append(len(steps))
    entropies.append(-sum(q * log(q) for q in steps[0][2] if q > 0))
    if episode % 250 == 0:
        print("episode %4d  goal reached %.2f  mean length %.1f  start entropy %.2f"
              % (episode, sum(wins[-250:]) / 250, sum(lengths[-250:]) / 250, sum(entropies[-250:]) / 250))

print("greedy moves ('^v<>'):")
for r in range(SIZE):
    best = [policy(r * SIZE + c)[0] for c in range(SIZE)]
    print(" ".join("^v<>"[q.index(max(q))] for q in best))
