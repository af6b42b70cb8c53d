import numpy as np
from collections import deque
import random

# Deep Q-learning on a 5x5 grid with a wall. Goal is the lower right corner.
SEED = 2
random.seed(SEED)
np.random.seed(SEED)


class GridWorld:
    MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    WALL = {(1, 1), (2, 1), (3, 1), (1, 3), (3, 3)}

    def __init__(self, n=5):
        self.n = n
        self.pos = np.zeros(2, dtype=int)

    def reset(self):
        while True:
            self.pos[:] = np.random.randint(0, self.n, 2)
            if tuple(self.pos) not in self.WALL and not self.done():
                return self.pos.copy()

    def done(self):
        return self.pos[0] == self.n - 1 and self.pos[1] == self.n - 1

    def step(self, action):
        dr, dc = self.MOVES[action]
        r, c = self.pos[0] + dr, self.pos[1] + dc
        if 0 <= r < self.n and 0 <= c < self.n and (r, c) not in self.WALL:
            self.pos[0], self.pos[1] = r, c
        reward = 1.0 if self.done() else -0.02
        return self.pos.copy(), reward, self.done()


class QNet:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden) * np.sqrt(1 / n_in)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out) * 0.1
        self.b2 = np.zeros(n_out)

    def predict(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def fit_step(self, states, actions, targets, lr):
        q = self.predict(states)
        rows = np.arange(len(actions))
        td = q[rows, actions] - targets
        # only the action that was taken gets an error
        dq = np.zeros_like(q)
        dq[rows, actions] = td / len(actions)
        dW2 = self.h.T @ dq
        db2 = dq.sum(axis=0)
        dh = dq @ self.W2.T * (1 - self.h ** 2)
        dW1 = self.x.T @ dh
        db1 = dh.sum(axis=0)
        self.W1 -= lr * dW1
        self.b1 -= lr * db1
        self.W2 -= lr * dW2
        self.b2 -= lr * db2
        return 0.5 * np.mean(td ** 2)

    def copy_from(self, other):
        self.W1, self.b1 = other.W1.copy(), other.b1.copy()
        self.W2, self.b2 = other.W2.copy(), other.b2.copy()


def encode(positions, n=5):
    positions = np.atleast_2d(positions)
    x = np.zeros((len(positions), n * n))
    x[np.arange(len(positions)), positions[:, 0] * n + positions[:, 1]] = 1.0
    return x


env = GridWorld()
net = QNet(25, 64, 4)
target_net = QNet(25, 64, 4)
target_net.copy_from(net)
memory = deque(maxlen=2000)
gamma, lr, eps = 0.95, 0.2, 1.0
updates = 0
steps_log, loss_log = [], []

for episode in range(1, 601):
    s = env.reset()
    for step in range(1, 61):
        if np.random.rand() < eps:
            a = np.random.randint(4)
        else:
            a = int(net.predict(encode(s)).argmax())
        s2, r, done = env.step(a)
        memory.append((s, a, r, s2, done))
        s = s2
        if len(memory) >= 64:
            batch = random.sample(memory, 64)
            S, A, R, S2, D = [np.array(col) for col in zip(*batch)]
            best_next = target_net.predict(encode(S2)).max(axis=1)
            y = R + gamma * best_next * (1 - D)
            loss_log.append(net.fit_step(encode(S), A, y, lr))
            updates += 1
            if updates % 100 == 0:
                target_net.copy_from(net)
        if done:
            break
    steps_log.append(step)
    eps = max(0.05, eps * 0.993)
    if episode % 50 == 0:
        print("episode %3d   eps %.2f   mean steps %.1f   td loss %.1e"
              % (episode, eps, np.mean(steps_log[-50:]), np.mean(loss_log[-2000:])))

print("greedy policy:")
for r in range(5):
    print(" ".join("#" if (r, c) in env.WALL else "G" if (r, c) == (4, 4)
                   else "^v<>"[int(net.predict(encode([[r, c]])).argmax())] for c in range(5)))
