"""
REINFORCE with a small policy network.
Corridor of 7 cells, start in the middle, +1 at the right end, -1 at the left end, -0.02 per move.
"""
import numpy as np

np.random.seed(11)
N_CELLS, N_ACTIONS, HIDDEN = 7, 2, 10
GAMMA = 0.95


class Corridor:
    def reset(self):
        self.pos = N_CELLS // 2
        self.steps = 0
        return self.observe()

    def observe(self):
        one_hot = np.zeros(N_CELLS)
        one_hot[self.pos] = 1.0
        return one_hot

    def step(self, action):
        if np.random.rand() < 0.1:          # slippery floor
            action = 1 - action
        self.pos += 1 if action == 1 else -1
        self.steps += 1
        if self.pos == N_CELLS - 1:
            return self.observe(), 1.0, True
        if self.pos == 0:
            return self.observe(), -1.0, True
        return self.observe(), -0.02, self.steps >= 30


class PolicyNet:
    def __init__(self):
        self.model = {"W1": np.random.randn(HIDDEN, N_CELLS) * 0.5,
                      "b1": np.zeros(HIDDEN),
                      "W2": np.random.randn(N_ACTIONS, HIDDEN) * 0.3}

    def forward(self, x):
        h = np.tanh(self.model["W1"] @ x + self.model["b1"])
        logits = self.model["W2"] @ h
        e = np.exp(logits - logits.max())
        return e / e.sum(), h

    def backward(self, xs, hs, dlogps):
        """dlogps: (steps, actions), gradient of the loss w.r.t. the logits"""
        dW2 = dlogps.T @ hs
        dh = dlogps @ self.model["W2"]
        dpre = dh * (1 - hs ** 2)
        return {"W2": dW2, "W1": dpre.T @ xs, "b1": dpre.sum(axis=0)}


def discount(rewards):
    G = np.zeros(len(rewards))
    running = 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + GAMMA * running
        G[t] = running
    return G


def policy_loss(net, xs, actions, advantages):
    # surrogate loss: -sum_t advantage_t * log pi(a_t | s_t)
    return -sum(adv * np.log(net.forward(x)[0][a]) for x, a, adv in zip(xs, actions, advantages))


def play(env, net):
    xs, hs, probs, actions, rewards = [], [], [], [], []
    x, done = env.reset(), False
    while not done:
        p, h = net.forward(x)
        a = int(np.random.rand() < p[1])
        xs.append(x), hs.append(h), probs.append(p), actions.append(a)
        x, r, done = env.step(a)
        rewards.append(r)
    return np.array(xs), np.array(hs), np.array(probs), np.array(actions), rewards


env, net = Corridor(), PolicyNet()
lr, batch_episodes = 0.05, 5
baseline = 0.0
grad_buffer = {k: np.zeros_like(v) for k, v in net.model.items()}
scores = []

for episode in range(1, 601):
    xs, hs, probs, actions, rewards = play(env, net)
    returns = discount(rewards)
    advantages = returns - baseline
    baseline = 0.95 * baseline + 0.05 * returns[0]
    dlogits = probs.copy()
    dlogits[np.arange(len(actions)), actions] -= 1
    dlogits *= advantages[:, None]
    grad = net.backward(xs, hs, dlogits)
    for k in grad_buffer:
        grad_buffer[k] += grad[k]
    if episode % batch_episodes == 0:
        for k in net.model:
            net.model[k] -= lr * grad_buffer[k] / batch_episodes
            grad_buffer[k] = np.zeros_like(grad_buffer[k])
    scores.append(sum(rewards))
    if episode % 100 == 0:
        print(f"episode {episode}: mean score {np.mean(scores[-100:]):.3f}, "
              f"P(right | start) {net.forward(np.eye(N_CELLS)[N_CELLS // 2])[0][1]:.3f}")
