"""REINFORCE on a corridor, policy network written by hand.

The agent starts somewhere in a corridor of N cells, may go left or right, and the
door is at the right end.  Every step costs 1, the door pays 10.
"""
import numpy as np

N_CELLS = 12
MAX_STEPS = 40
GAMMA = 0.97
rng = np.random.default_rng(12)


class Corridor:
    def reset(self):
        self.pos = int(rng.integers(0, N_CELLS - 1))
        self.steps = 0
        return self.observe()

    def observe(self):
        one_hot = np.zeros(N_CELLS)
        one_hot[self.pos] = 1.0
        return one_hot

    def step(self, action):
        move = 1 if action == 1 else -1
        if rng.random() < 0.1:               # slippery floor
            move = -move
        self.pos = min(max(self.pos + move, 0), N_CELLS - 1)
        self.steps += 1
        at_door = self.pos == N_CELLS - 1
        reward = 10.0 if at_door else -1.0
        return self.observe(), reward, at_door or self.steps >= MAX_STEPS


class Policy:
    def __init__(self, n_in, n_hidden, n_actions):
        self.W1 = rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = rng.normal(0, 1 / np.sqrt(n_hidden), (n_hidden, n_actions))
        self.b2 = np.zeros(n_actions)
        self.names = ("W1", "b1", "W2", "b2")
        self.cache = {k: np.zeros_like(getattr(self, k)) for k in self.names}

    def probabilities(self, S):
        self.S = S
        self.H = np.tanh(S @ self.W1 + self.b1)
        scores = self.H @ self.W2 + self.b2
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def gradient(self, S, actions, advantage):
        """of  L = -mean(advantage * log pi(a|s))"""
        p = self.probabilities(S)
        d_scores = p
        d_scores[np.arange(len(actions)), actions] -= 1.0
        d_scores *= advantage[:, None] / len(actions)
        g = {"W2": self.H.T @ d_scores, "b2": d_scores.sum(axis=0)}
        d_pre = (d_scores @ self.W2.T) * (1.0 - self.H ** 2)
        g["W1"] = S.T @ d_pre
        g["b1"] = d_pre.sum(axis=0)
        return g

    def descend(self, g, lr=0.01, decay=0.95):
        for k in self.names:
            self.cache[k] = decay * self.cache[k] + (1 - decay) * g[k] ** 2
            theta = getattr(self, k)
            theta -= lr * g[k] / (np.sqrt(self.cache[k]) + 1e-6)


def discounted(rewards):
    """reward to go, for every step of one episode"""
    out, running = [], 0.0
    for r in reversed(rewards):
        running = r + GAMMA * running
        out.append(running)
    out.reverse()
    return out


def episode(env, policy):
    states, actions, rewards = [], [], []
    s, done = env.reset(), False
    while not done:
        p = policy.probabilities(s[None, :])[0]
        a = int(rng.random() < p[1])
        states.append(s)
        actions.append(a)
        s, r, done = env.step(a)
        rewards.append(r)
    return states, actions, rewards


if __name__ == "__main__":
    env, policy = Corridor(), Policy(N_CELLS, 16, 2)
    history = []
    for update in range(500):
        S, A, G = [], [], []
        for _ in range(16):
            states, actions, rewards = episode(env, policy)
            S += states
            A += actions
            G += discounted(rewards)
            history.append(sum(rewards))
        G = np.array(G)
        advantage = (G - G.mean()) / (G.std() + 1e-8)
        policy.descend(policy.gradient(np.array(S), np.array(A), advantage))
        if update == 5 or update % 50 == 49:
            print(f"update {update + 1:3d}  mean return of the last 100 episodes "
                  f"{np.mean(history[-100:]):7.2f}")
    print("P(right) per cell:", policy.probabilities(np.eye(N_CELLS))[:, 1].round(2))
