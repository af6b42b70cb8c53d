# Vorhersage von Hauspreisen mit einem kleinen Netz (Huber-Verlust, Momentum)
import numpy as np

np.random.seed(12)
n = 1500
flaeche = np.random.uniform(45, 260, n)            # qm
zimmer = np.round(flaeche / 28 + np.random.normal(0, 0.8, n)).clip(1)
baujahr = np.random.randint(1905, 2022, n)
entfernung = np.random.exponential(9, n)           # km bis zum Zentrum
preis = (2600 * flaeche * np.exp(-entfernung / 30) + 6000 * zimmer
         + 900 * (baujahr - 1960) + 40000 + np.random.normal(0, 15000, n))
preis[::40] *= 1.8                                 # ein paar Liebhaberobjekte

tabelle = np.column_stack([flaeche, zimmer, baujahr, entfernung])
X_roh, X_roh_test = tabelle[:1200], tabelle[1200:]
y_roh, y_roh_test = preis[:1200].reshape(-1, 1), preis[1200:].reshape(-1, 1)

# Standardisierung, Kennwerte nur aus den Trainingsdaten
mw, sa = X_roh.mean(axis=0), X_roh.std(axis=0)
y_mw, y_sa = y_roh.mean(), y_roh.std()
X, X_test = (X_roh - mw) / sa, (X_roh_test - mw) / sa
y = (y_roh - y_mw) / y_sa

versteckt = 20
W1 = np.random.randn(4, versteckt) * np.sqrt(2 / 4)
b1 = np.zeros(versteckt)
W2 = np.random.randn(versteckt, 1) * np.sqrt(2 / versteckt)
b2 = np.zeros(1)
vW1, vb1, vW2, vb2 = 0, 0, 0, 0

lernrate, momentum, grenze = 0.0003, 0.9, 1.0
bester, geduld = np.inf, 0

def vorwaerts(x):
    z1 = x @ W1 + b1
    a1 = np.maximum(0, z1)
    return z1, a1, a1 @ W2 + b2

def huber(r):
    klein = np.abs(r) <= grenze
    return np.where(klein, 0.5 * r ** 2, grenze * (np.abs(r) - 0.5 * grenze))

for epoche in range(600):
    reihenfolge = np.random.permutation(len(X))
    summe = 0.0
    for s in range(0, len(X), 40):
        auswahl = reihenfolge[s:s + 40]
        xb, yb = X[auswahl], y[auswahl]
        z1, a1, aus = vorwaerts(xb)
        rest = aus - yb
        summe += huber(rest).sum()

        # Rueckwaertsschritt
        d2 = np.clip(rest, -grenze, grenze) / len(xb)
        dW2 = a1.T @ d2
        db2 = d2.sum(axis=0)
        d1 = (d2 @ W2.T) * (z1 > 0)
        dW1 = xb.T @ d1
        db1 = d1.sum(axis=0)

        vW1 = momentum * vW1 - lernrate * dW1
        vb1 = momentum * vb1 - lernrate * db1
        vW2 = momentum * vW2 - lernrate * dW2
        vb2 = momentum * vb2 - lernrate * db2
        W1 = W1 + vW1
        b1 = b1 + vb1
        W2 = W2 + vW2
        b2 = b2 + vb2
    verlust = summe / len(X)
    if epoche % 40 == 0:
        print("Epoche", epoche, "Verlust", verlust)
    # frueh aufhoeren, wenn es 6 Epochen lang nicht besser wird
    if verlust < bester - 1e-6:
        bester, geduld = verlust, 0
    else:
        geduld += 1
        if geduld == 6:
            print("Schluss nach Epoche", epoche)
            break

vorhersage = vorwaerts(X_test)[2] * y_sa + y_mw
print("mittlerer Fehler auf Testdaten: %.0f Euro" % np.abs(vorhersage - y_roh_test).mean())
for k in range(5):
    print("  %4.0f qm: %9.0f Euro, vorhergesagt %9.0f" % (X_roh_test[k, 0], y_roh_test[k, 0], vorhersage[k, 0]))
