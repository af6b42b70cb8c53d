# REINFORCE on a little corridor: start at cell 0, reward +1 at the far right cell.
# policy: one-hot state -> 16 tanh units -> softmax over {left, right}
import numpy as np

N_CELLS = 6
MAX_STEPS = 25
GAMMA = 0.9

class Corridor:
    def reset(self):
        self.pos, self.steps = 0, 0
        return self.pos

    def step(self, action):
        self.steps += 1
        self.pos = min(N_CELLS - 1, self.pos + 1) if action == 1 else max(0, self.pos - 1)
        reached = self.pos == N_CELLS - 1
        return self.pos, int(reached), reached or self.steps >= MAX_STEPS


class Policy:
    def __init__(self, rng, n_hidden=16):
        self.w1 = rng.normal(0, 0.5, (N_CELLS, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.w2 = rng.normal(0, 0.1, (n_hidden, 2))
        self.b2 = np.zeros(2)

    def _hidden(self, states):
        onehot = np.eye(N_CELLS)[states]
        return onehot, np.tanh(onehot @ self.w1 + self.b1)

    def probs(self, states):
        onehot, h = self._hidden(states)
        logits = h @ self.w2 + self.b2
        e = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def surrogate(self, states, actions, advantage):
        p = self.probs(states)
        return -np.mean(advantage * np.log(p[np.arange(len(actions)), actions]))

    def gradient(self, states, actions, advantage):
        # gradient of  -mean(advantage * log pi(action | state))
        onehot, h = self._hidden(states)
        dlogits = self.probs(states)
        dlogits[np.arange(len(actions)), actions] -= 1
        dlogits *= advantage[:, None] / len(actions)
        dw2 = h.T @ dlogits
        db2 = dlogits.sum(axis=0)
        dz = (dlogits @ self.w2.T) * (1 - h ** 2)
        dw1 = onehot.T @ dz
        db1 = dz.sum(axis=0)
        return dw1, db1, dw2, db2


def discount(rewards):
    rewards = np.array(rewards)
    out = np.zeros(len(rewards))
    running = 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + GAMMA * running
        out[t] = running
    return out


def run_episode(env, policy, rng):
    states, actions, rewards = [], [], []
    s, done = env.reset(), False
    while not done:
        a = int(rng.random() < policy.probs(s)[1])
        states.append(s)
        actions.append(a)
        s, r, done = env.step(a)
        rewards.append(r)
    return states, actions, rewards


def main(batches=60, episodes=8, lr=0.8):
    rng = np.random.default_rng(3)
    env, policy = Corridor(), Policy(rng)
    lengths = []
    for batch in range(batches):
        S, A, R = [], [], []
        for _ in range(episodes):
            states, actions, rewards = run_episode(env, policy, rng)
            S += states
            A += actions
            R.append(discount(rewards))
            lengths.append(len(rewards))
        S, A, G = np.array(S), np.array(A), np.concatenate(R)
        advantage = G - G.mean()          # simple baseline
        grads = policy.gradient(S, A, advantage)
        for param, grad in zip((policy.w1, policy.b1, policy.w2, policy.b2), grads):
            param -= lr * grad
        if batch % 10 == 9:
            print("batch", batch + 1, "average episode length", np.mean(lengths[-episodes * 10:]))
    print("P(right) per cell:", policy.probs(np.arange(N_CELLS - 1))[:, 1].round(2))


if __name__ == "__main__":
    main()
