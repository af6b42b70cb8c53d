import numpy as np


class Corridor:
    """States 0..5, start at 2; the exit on the right pays 1, the one on the left 0.2; each step costs 0.02."""

    def reset(self):
        self.pos = 2
        return self.observe()

    def observe(self):
        v = np.zeros(6)
        v[self.pos] = 1
        return v

    def act(self, action):
        self.pos += 1 if action == 1 else -1
        if self.pos == 5:
            return self.observe(), 1.0, True
        if self.pos == 0:
            return self.observe(), 0.2, True
        return self.observe(), -0.02, False


class Agent:
    def __init__(self, rng):
        self.W1 = rng.normal(0, 0.6, (4, 6))
        self.b1 = np.zeros(4)
        self.W2 = rng.normal(0, 0.6, (2, 4))
        self.b2 = np.zeros(2)

    def policy(self, s):
        h = np.tanh(self.W1 @ s + self.b1)
        logits = self.W2 @ h + self.b2
        e = np.exp(logits - logits.max())
        return h, e / e.sum()

    def learn(self, states, actions, returns, lr):
        dW1, db1 = np.zeros_like(self.W1), np.zeros_like(self.b1)
        dW2, db2 = np.zeros_like(self.W2), np.zeros_like(self.b2)
        for s, a, g in zip(states, actions, returns):
            h, p = self.policy(s)
            dlogits = p.copy()
            dlogits[a] -= 1
            dlogits *= g / len(states)
            dW2 += np.outer(dlogits, h)
            db2 += dlogits
            dh = self.W2.T @ dlogits
            da = dh * (1 - h * h)
            dW1 += np.outer(da, s)
            db1 += da
        self.W1 -= lr * dW1
        self.b1 -= lr * db1
        self.W2 -= lr * dW2
        self.b2 -= lr * db2


def discounted(rewards, gamma):
    G, total = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        total = rewards[t] + gamma * total
        G[t] = total
    return G


rng = np.random.default_rng(77)
env, agent = Corridor(), Agent(rng)
scores = []
for episode in range(80):
    s, done = env.reset(), False
    states, actions, rewards, logps = [], [], [], []
    while not done and len(rewards) < 30:
        _, p = agent.policy(s)
        a = rng.choice(2, p=p)
        logps.append(np.log(p[a]))
        states.append(s)
        actions.append(a)
        s, r, done = env.act(a)
        rewards.append(r)
    G = discounted(rewards, 0.95)
    loss = -np.sum(np.array(logps) * G) / len(G)
    scores.append(sum(rewards))
    agent.learn(states, actions, G, lr=0.5)
    if (episode + 1) % 20 == 0:
        print('episode', episode + 1, 'loss', round(loss, 4), 'mean score', np.mean(scores[-20:]))
