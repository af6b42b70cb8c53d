import numpy as np

# contextual bandit: two numbers describe the situation, three levers; REINFORCE with a running baseline
rng = np.random.RandomState(2718)
levers = np.array([[1.0, 0.5], [-1.0, 0.5], [0.0, -1.0]])


def pull(state, action):
    return (state * levers[action]).sum(axis=1) + 0.1 * rng.randn(len(state))


policy = {'W1': rng.randn(2, 8) * 0.7, 'b1': np.zeros(8), 'W2': rng.randn(8, 3) * 0.3, 'b2': np.zeros(3)}
baseline = 0.0
step_size = 0.3
n = 30

for episode in range(150):
    state = rng.randn(n, 2)
    hid = np.tanh(state @ policy['W1'] + policy['b1'])
    logit = hid @ policy['W2'] + policy['b2']
    pi = np.exp(logit - logit.max(axis=1, keepdims=True))
    pi /= pi.sum(axis=1, keepdims=True)
    action = np.array([rng.choice(3, p=row) for row in pi])
    reward = pull(state, action)
    advantage = reward - baseline

    # we climb: gradient of mean(advantage * log pi(action))
    onehot = np.eye(3)[action]
    dlogit = (onehot - pi) * advantage[:, None] / n
    grad = {
        'W2': hid.T @ dlogit,
        'b2': dlogit.sum(axis=0),
    }
    dhid = (dlogit @ policy['W2'].T) * (1 - hid ** 2)
    grad['W1'] = state.T @ dhid
    grad['b1'] = dhid.sum(axis=0)
    for key in policy:
        policy[key] += step_size * grad[key]
    baseline += 0.1 * (reward.mean() - baseline)
    if episode % 30 == 0:
        print('episode', episode, 'mean reward', reward.mean())
