# Pariteit van 3 bits leren met een netwerkje in gewoon Python (geen numpy)
# opdracht 5b
import math
import random

random.seed(4)

aantal_in = 3
aantal_verborgen = 6
leersnelheid = 0.2

# alle combinaties van 3 bits; uitkomst 1 als het aantal enen oneven is
voorbeelden = []
for a in (0, 1):
    for b in (0, 1):
        for c in (0, 1):
            voorbeelden.append(([a, b, c], (a + b + c) % 2))


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


# gewichten, de laatste van elke rij is de bias
w_in = []
for j in range(aantal_verborgen):
    w_in.append([random.uniform(-1, 1) for i in range(aantal_in + 1)])
w_uit = [random.uniform(-1, 1) for j in range(aantal_verborgen + 1)]


def voorwaarts(x):
    verborgen = []
    for j in range(aantal_verborgen):
        som = w_in[j][aantal_in]
        for i in range(aantal_in):
            som += w_in[j][i] * x[i]
        verborgen.append(math.tanh(som))
    som = w_uit[aantal_verborgen]
    for j in range(aantal_verborgen):
        som += w_uit[j] * verborgen[j]
    return verborgen, sigmoid(som)


for ronde in range(15000):
    fout = 0.0
    random.shuffle(voorbeelden)
    for x, doel in voorbeelden:
        verborgen, uit = voorwaarts(x)
        # kruisentropie
        fout -= doel * math.log(uit) + (1 - doel) * math.log(1 - uit)

        delta_uit = uit - doel
        delta_verborgen = []
        for j in range(aantal_verborgen):
            delta_verborgen.append(delta_uit * w_uit[j] * (1 - verborgen[j] ** 2))

        for j in range(aantal_verborgen):
            w_uit[j] -= leersnelheid * delta_uit * verborgen[j]
        w_uit[aantal_verborgen] -= leersnelheid * delta_uit

        for j in range(aantal_verborgen):
            for i in range(aantal_in):
                w_in[j][i] -= leersnelheid * delta_verborgen[j] * x[i]
            w_in[j][aantal_in] -= leersnelheid * delta_verborgen[j]
    if ronde % 1000 == 0:
        print("ronde", ronde, "fout", round(fout / len(voorbeelden), 5))

for x, doel in sorted(voorbeelden):
    print(x, "verwacht:", doel, "netwerk:", round(voorwaarts(x)[1], 3))
