import numpy as np

# Q-learning on a ring of 5 rooms with a replay memory and a target network that is copied now and then
rng = np.random.RandomState(8)
N_ROOMS, GOAL, GAMMA = 5, 3, 0.8


def move(room, action):
    new = (room + (1 if action == 0 else -1)) % N_ROOMS
    return new, (1.0 if new == GOAL else 0.0)


memory = []
for room in range(N_ROOMS):
    for action in (0, 1):
        new, reward = move(room, action)
        memory.extend([(room, action, reward, new)] * 3)
rng.shuffle(memory)

online = {
    'W1': rng.randn(N_ROOMS, 6) * 0.5, 'b1': np.zeros(6),
    'W2': rng.randn(6, 2) * 0.5, 'b2': np.zeros(2),
}
target = {k: v.copy() for k, v in online.items()}
encode = np.eye(N_ROOMS)
alpha, batch = 0.25, 10


def q_values(net, s):
    z = s @ net['W1'] + net['b1']
    h = np.maximum(z, 0.1 * z)
    return z, h, h @ net['W2'] + net['b2']


for step in range(240):
    pick = rng.randint(0, len(memory), batch)
    rooms, actions, rewards, news = [np.array(col) for col in zip(*[memory[i] for i in pick])]
    best_next = q_values(target, encode[news])[2].max(axis=1)
    goal = rewards + GAMMA * best_next

    s = encode[rooms]
    z, h, q = q_values(online, s)
    chosen = q[np.arange(batch), actions]
    loss = 0.5 * np.mean((chosen - goal) ** 2)

    dq = np.zeros_like(q)
    dq[np.arange(batch), actions] = (chosen - goal) / batch
    dh = dq @ online['W2'].T
    dz = dh * np.where(z > 0, 1.0, 0.1)
    grads = {'W1': s.T @ dz, 'b1': dz.sum(axis=0), 'W2': h.T @ dq, 'b2': dq.sum(axis=0)}
    for k in online:
        online[k] -= alpha * grads[k]
    if step % 30 == 29:
        target = {k: v.copy() for k, v in online.items()}
    if step % 60 == 0:
        print('step', step, 'loss', loss)

print(np.round(q_values(online, encode)[2], 2))
