# Regresja logistyczna bez bibliotek: czy student zda egzamin?
# dane: godziny nauki, godziny snu, liczba nieobecnosci, zdal (1) / nie zdal (0)
import math

dane = [
    (2.0, 6.5, 5, 0), (9.5, 7.0, 1, 1), (4.0, 5.0, 3, 0), (7.5, 8.0, 2, 1),
    (1.0, 8.0, 7, 0), (6.0, 6.0, 0, 1), (3.5, 7.5, 4, 0), (8.0, 5.5, 3, 1),
    (5.0, 7.0, 2, 1), (2.5, 4.5, 6, 0), (10.0, 6.0, 4, 1), (5.5, 6.5, 5, 0),
    (4.5, 8.5, 1, 1), (3.0, 6.0, 2, 0), (7.0, 4.0, 5, 0), (6.5, 7.5, 3, 1),
    (1.5, 5.5, 4, 0), (8.5, 8.0, 0, 1), (5.0, 5.0, 4, 0), (6.0, 8.0, 6, 1),
    (9.0, 5.0, 6, 1), (3.0, 8.0, 0, 1), (4.0, 6.5, 6, 0), (7.0, 7.0, 1, 1),
    (2.0, 7.5, 1, 0), (5.5, 4.5, 1, 1), (6.0, 5.0, 7, 0), (4.5, 7.0, 5, 0),
]
n = len(dane)
cechy = 3

# srednia i odchylenie kazdej cechy
srednie = [sum(w[k] for w in dane) / n for k in range(cechy)]
odchylenia = [math.sqrt(sum((w[k] - srednie[k]) ** 2 for w in dane) / n) for k in range(cechy)]

X = [[(w[k] - srednie[k]) / odchylenia[k] for k in range(cechy)] for w in dane]
y = [w[3] for w in dane]


def sigmoida(z):
    return 1 / (1 + math.exp(-z))


def przewiduj(x, wagi, b):
    z = b
    for k in range(cechy):
        z += wagi[k] * x[k]
    return sigmoida(z)


wagi = [0.0] * cechy
b = 0.0
krok = 0.05
lam = 0.001
poprzednia = float("inf")

for epoka in range(100000):
    strata = 0.0
    grad_w = [0.0] * cechy
    grad_b = 0.0
    for xi, yi in zip(X, y):
        p = przewiduj(xi, wagi, b)
        strata -= yi * math.log(p) + (1 - yi) * math.log(1 - p)
        for k in range(cechy):
            grad_w[k] += (p - yi) * xi[k]
        grad_b += p - yi
    strata = strata / n + lam / 2 * sum(w * w for w in wagi)

    for k in range(cechy):
        wagi[k] -= krok * (grad_w[k] / n + lam * wagi[k])
    b -= krok * grad_b / n

    if epoka % 2000 == 0:
        print("epoka", epoka, "strata", round(strata, 6))
    # koniec, gdy strata prawie sie nie zmienia
    if poprzednia - strata < 1e-9:
        print("koniec po", epoka, "epokach, strata", round(strata, 6))
        break
    poprzednia = strata

trafione = sum((przewiduj(xi, wagi, b) > 0.5) == (yi == 1) for xi, yi in zip(X, y))
print("wagi:", [round(w, 3) for w in wagi], "b:", round(b, 3))
print("trafione:", trafione, "z", n)
