# Recommending films: each rating is mean + user's bias + film's bias + product of two short vectors.
import random

random.seed(88)
USERS, ITEMS, FACTORS = 12, 10, 3
taste = [[random.gauss(0, 1) for _ in range(2)] for _ in range(USERS)]
style = [[random.gauss(0, 1) for _ in range(2)] for _ in range(ITEMS)]
ratings = []
for u in range(USERS):
    for i in range(ITEMS):
        if random.random() < 0.6:
            stars = 3 + sum(a * b for a, b in zip(taste[u], style[i])) + random.gauss(0, 0.2)
            ratings.append((u, i, min(5.0, max(1.0, stars))))

mean = sum(r for _, _, r in ratings) / len(ratings)
P = [[random.gauss(0, 0.3) for _ in range(FACTORS)] for _ in range(USERS)]
Q = [[random.gauss(0, 0.3) for _ in range(FACTORS)] for _ in range(ITEMS)]
user_bias = [0.0] * USERS
item_bias = [0.0] * ITEMS
lr, reg = 0.04, 0.05

for epoch in range(25):
    random.shuffle(ratings)
    squared, objective = 0.0, 0.0
    for u, i, r in ratings:
        guess = mean + user_bias[u] + item_bias[i] + sum(p * q for p, q in zip(P[u], Q[i]))
        e = guess - r
        squared += e * e
        size = sum(p * p for p in P[u]) + sum(q * q for q in Q[i]) + user_bias[u] ** 2 + item_bias[i] ** 2
        objective += 0.5 * e * e + 0.5 * reg * size
        user_bias[u] -= lr * (e + reg * user_bias[u])
        item_bias[i] -= lr * (e + reg * item_bias[i])
        for f in range(FACTORS):
            p_uf, q_if = P[u][f], Q[i][f]
            P[u][f] -= lr * (e * q_if + reg * p_uf)
            Q[i][f] -= lr * (e * p_uf + reg * q_if)
    if epoch % 5 == 0:
        print("epoch", epoch, "objective", objective / len(ratings), "rmse", (squared / len(ratings)) ** 0.5)
