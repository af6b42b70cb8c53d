""" REINFORCE on a tiny 'catch the ball' game: the ball falls straight down, move the paddle under it. numpy only """
import numpy as np

rng = np.random.default_rng(8)
W = 7            # board width
ROWS = 8         # ball needs this many steps to fall
H = 32
batch_size = 8   # episodes per parameter update
lr = 5e-3
gamma = 0.97
decay = 0.95

model = {}
model['W1'] = rng.standard_normal((H, 2 * W + 1)) / np.sqrt(2 * W + 1)
model['W2'] = rng.standard_normal((3, H)) / np.sqrt(H)
grad_buffer = {k: np.zeros_like(v) for k, v in model.items()}
rms_cache = {k: np.zeros_like(v) for k, v in model.items()}


def observe(ball, paddle, row):
  x = np.zeros(2 * W + 1)
  x[ball] = 1
  x[W + paddle] = 1
  x[-1] = row / ROWS
  return x


def policy_forward(x):
  h = np.dot(model['W1'], x)
  h[h < 0] = 0
  logit = np.dot(model['W2'], h)
  e = np.exp(logit - np.max(logit))
  return e / np.sum(e), h


def policy_backward(epx, eph, epdlogp):
  """ epx, eph, epdlogp: one row per time step of the episode """
  dW2 = np.dot(epdlogp.T, eph)
  dh = np.dot(epdlogp, model['W2'])
  dh[eph <= 0] = 0
  dW1 = np.dot(dh.T, epx)
  return {'W1': dW1, 'W2': dW2}


def discount(rewards):
  out = np.zeros(len(rewards))
  running = 0.0
  for t in reversed(range(len(rewards))):
    running = rewards[t] + gamma * running
    out[t] = running
  return out


running_reward = None
baseline = 0.0
for episode in range(1, 8001):
  ball, paddle = rng.integers(W), rng.integers(W)
  xs, hs, dlogps, rewards = [], [], [], []
  for row in range(ROWS):
    x = observe(ball, paddle, row)
    p, h = policy_forward(x)
    action = rng.choice(3, p=p)          # 0 left, 1 stay, 2 right
    paddle = min(max(paddle + action - 1, 0), W - 1)
    xs.append(x)
    hs.append(h)
    y = np.zeros(3)
    y[action] = 1
    dlogps.append(y - p)                 # grad of log prob of the taken action
    if row < ROWS - 1:
      rewards.append(0.0)
    else:
      rewards.append(1.0 if paddle == ball else -1.0)

  epx, eph, epdlogp = np.vstack(xs), np.vstack(hs), np.vstack(dlogps)
  advantage = discount(rewards) - baseline
  epdlogp *= advantage[:, None]
  grad = policy_backward(epx, eph, epdlogp)
  for k in model:
    grad_buffer[k] += grad[k]

  reward_sum = sum(rewards)
  baseline = 0.95 * baseline + 0.05 * reward_sum
  running_reward = reward_sum if running_reward is None else 0.99 * running_reward + 0.01 * reward_sum

  if episode % batch_size == 0:
    for k in model:
      g = grad_buffer[k]
      rms_cache[k] = decay * rms_cache[k] + (1 - decay) * g ** 2
      model[k] += lr * g / (np.sqrt(rms_cache[k]) + 1e-5)
      grad_buffer[k] = np.zeros_like(g)

  if episode % 500 == 0:
    print('ep %d: running mean reward %.3f' % (episode, running_reward))
