# -*- coding: utf-8 -*-
# Предсказание цены квартиры: один скрытый слой, чистый Python
import random
import math

random.seed(100)

# площадь (м2), комнаты, этаж, минут до метро -> цена (млн руб.)
kvartiry = []
for n in range(200):
    ploshad = random.randint(28, 110)
    komnat = max(1, min(4, ploshad // 25))
    etazh = random.randint(1, 16)
    metro = random.randint(2, 30)
    cena = 0.11 * ploshad + 0.4 * komnat - 0.09 * metro + 0.03 * etazh + 2 + random.gauss(0, 0.25)
    if metro < 8:
        cena += 1.5
    kvartiry.append(([ploshad, komnat, etazh, metro], cena))

# приводим всё к диапазону 0..1
minimum = [min(k[0][i] for k in kvartiry) for i in range(4)]
maksimum = [max(k[0][i] for k in kvartiry) for i in range(4)]
min_cena = min(k[1] for k in kvartiry)
max_cena = max(k[1] for k in kvartiry)

vyborka = []
for priznaki, cena in kvartiry:
    x = []
    for i in range(4):
        x.append((priznaki[i] - minimum[i]) / (maksimum[i] - minimum[i]))
    t = (cena - min_cena) / (max_cena - min_cena)
    vyborka.append((x, t))

SKRYTYH = 8
SKOROST = 0.03

# веса
v = [[random.uniform(-0.7, 0.7) for i in range(4)] for j in range(SKRYTYH)]
v0 = [0.0] * SKRYTYH
u = [random.uniform(-0.7, 0.7) for j in range(SKRYTYH)]
u0 = 0.0


def vychislit(x):
    h = []
    for j in range(SKRYTYH):
        s = v0[j]
        for i in range(4):
            s += v[j][i] * x[i]
        h.append(math.tanh(s))
    out = u0
    for j in range(SKRYTYH):
        out += u[j] * h[j]
    return h, out


for epoha in range(800):
    random.shuffle(vyborka)
    oshibka = 0
    for x, t in vyborka:
        h, out = vychislit(x)
        d = out - t
        oshibka += d * d / 2

        # обратный проход
        for j in range(SKRYTYH):
            dh = d * u[j] * (1 - h[j] * h[j])
            u[j] -= SKOROST * d * h[j]
            for i in range(4):
                v[j][i] -= SKOROST * dh * x[i]
            v0[j] -= SKOROST * dh
        u0 -= SKOROST * d
    if epoha % 80 == 0:
        print("эпоха", epoha, "ошибка", oshibka / len(vyborka))

print("примеры:")
for x, t in vyborka[:8]:
    _, out = vychislit(x)
    masshtab = max_cena - min_cena
    print("цена %.2f млн, сеть говорит %.2f млн" % (t * masshtab + min_cena, out * masshtab + min_cena))
