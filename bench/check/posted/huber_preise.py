# Vorhersage von Wohnungspreisen mit einem kleinen Netz (Huber-Verlust, RMSprop)
import numpy as np

zufall = np.random.RandomState(17)

# --- Daten: Flaeche, Zimmer, Baujahr, Entfernung ---
anzahl = 240
flaeche = zufall.uniform(30, 140, anzahl)
zimmer = np.round(flaeche / 28 + zufall.normal(0, 0.5, anzahl))
baujahr = zufall.uniform(1920, 2020, anzahl)
entfernung = zufall.uniform(0, 20, anzahl)
preis = 2.4 * flaeche + 9 * zimmer + 0.4 * (baujahr - 1920) - 6 * entfernung * np.exp(-entfernung / 15)
preis = preis + zufall.normal(0, 8, anzahl)
preis[::25] += 250          # ein paar Ausreisser
X = np.column_stack([flaeche, zimmer, baujahr, entfernung])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = ((preis - preis.mean()) / preis.std()).reshape(-1, 1)

X_train, y_train = X[:180], y[:180]
X_val, y_val = X[180:], y[180:]

# --- Netz ---
versteckt = 16
gewichte = {
    'W1': zufall.normal(0, np.sqrt(1 / 4), (4, versteckt)),
    'b1': np.zeros((1, versteckt)),
    'W2': zufall.normal(0, np.sqrt(1 / versteckt), (versteckt, 1)),
    'b2': np.zeros((1, 1)),
}
mittel = {name: np.zeros_like(wert) for name, wert in gewichte.items()}
DELTA = 0.5


def vorwaerts(x, g):
    h = np.tanh(x @ g['W1'] + g['b1'])
    return h, h @ g['W2'] + g['b2']


def huber(fehler):
    klein = np.abs(fehler) <= DELTA
    return np.mean(np.where(klein, 0.5 * fehler ** 2, DELTA * (np.abs(fehler) - 0.5 * DELTA)))


def huber_ableitung(fehler):
    klein = np.abs(fehler) <= DELTA
    return np.where(klein, fehler, DELTA * np.sign(fehler)) / len(fehler)


def rueckwaerts(x, h, fehler, g):
    d_aus = huber_ableitung(fehler)
    d_h = (d_aus @ g['W2'].T) * (1 - h ** 2)
    return {
        'W2': h.T @ d_aus,
        'b2': d_aus.sum(axis=0, keepdims=True),
        'W1': x.T @ d_h,
        'b1': d_h.sum(axis=0, keepdims=True),
    }


lernrate, rho, eps = 0.005, 0.9, 1e-7
geduld, ohne_besserung = 40, 0
bester_verlust = np.inf
beste_gewichte = {k: v.copy() for k, v in gewichte.items()}

for epoche in range(1500):
    h, aus = vorwaerts(X_train, gewichte)
    fehler = aus - y_train
    grad = rueckwaerts(X_train, h, fehler, gewichte)

    for name in gewichte:
        mittel[name] = rho * mittel[name] + (1 - rho) * grad[name] ** 2
        gewichte[name] = gewichte[name] - lernrate * grad[name] / (np.sqrt(mittel[name]) + eps)

    val_verlust = huber(vorwaerts(X_val, gewichte)[1] - y_val)
    if epoche % 50 == 0:
        print('Epoche %4d  Verlust %.4f  Validierung %.4f' % (epoche, huber(fehler), val_verlust))

    # fruehes Stoppen
    if val_verlust < bester_verlust:
        bester_verlust = val_verlust
        beste_gewichte = {k: v.copy() for k, v in gewichte.items()}
        ohne_besserung = 0
    else:
        ohne_besserung += 1
        if ohne_besserung > geduld:
            print('Stopp in Epoche', epoche)
            break

print('Bester Validierungsverlust: %.4f' % bester_verlust)
vorhersage = vorwaerts(X_val, beste_gewichte)[1] * preis.std() + preis.mean()
print('Mittlerer absoluter Fehler: %.1f' % np.mean(np.abs(vorhersage.ravel() - preis[180:])))
