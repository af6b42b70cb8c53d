# Kleiner Variational Autoencoder, alles von Hand abgeleitet
# Daten: 8x8-Bilder mit einem weichen Fleck, Bernoulli-Decoder, 2 latente Größen
import numpy as np

zufall = np.random.RandomState(31)
SEITE = 8
D = SEITE * SEITE
H = 40
Z = 2


def flecken(anzahl):
    mitte = zufall.uniform(1.5, 5.5, size=(anzahl, 2))
    yy, xx = np.mgrid[0:SEITE, 0:SEITE]
    abstand = (yy[None] - mitte[:, 0, None, None]) ** 2 + (xx[None] - mitte[:, 1, None, None]) ** 2
    return np.exp(-abstand / 3.0).reshape(anzahl, D)


def neue_parameter():
    def w(a, b):
        return zufall.randn(a, b) * np.sqrt(1.0 / a)
    return {
        'E1': w(D, H), 'e1': np.zeros(H),
        'Mu': w(H, Z), 'mu': np.zeros(Z),
        'Ls': w(H, Z) * 0.1, 'ls': np.zeros(Z),       # log sigma^2
        'D1': w(Z, H), 'd1': np.zeros(H),
        'D2': w(H, D), 'd2': np.zeros(D),
    }


def verlust_und_gradient(p, x, eps):
    """mittlerer negativer ELBO pro Bild und sein Gradient"""
    n = x.shape[0]
    # --- Encoder
    h = np.tanh(x.dot(p['E1']) + p['e1'])
    mu = h.dot(p['Mu']) + p['mu']
    logvar = h.dot(p['Ls']) + p['ls']
    sigma = np.exp(0.5 * logvar)
    z = mu + sigma * eps
    # --- Decoder
    g = np.tanh(z.dot(p['D1']) + p['d1'])
    a = g.dot(p['D2']) + p['d2']
    y = 1.0 / (1.0 + np.exp(-a))
    # --- Verlust:  BCE aus den Logits (stabil) + KL
    rekon = np.sum(np.maximum(a, 0) - a * x + np.log1p(np.exp(-np.abs(a)))) / n
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar)) / n

    # --- rückwärts
    grad = {}
    da = (y - x) / n
    grad['D2'] = g.T.dot(da)
    grad['d2'] = da.sum(axis=0)
    dg = da.dot(p['D2'].T) * (1 - g ** 2)
    grad['D1'] = z.T.dot(dg)
    grad['d1'] = dg.sum(axis=0)
    dz = dg.dot(p['D1'].T)
    # KL-Anteil kommt bei mu und logvar dazu
    dmu = dz + mu / n
    dlogvar = dz * eps * 0.5 * sigma + 0.5 * (np.exp(logvar) - 1) / n
    grad['Mu'] = h.T.dot(dmu)
    grad['mu'] = dmu.sum(axis=0)
    grad['Ls'] = h.T.dot(dlogvar)
    grad['ls'] = dlogvar.sum(axis=0)
    dh = (dmu.dot(p['Mu'].T) + dlogvar.dot(p['Ls'].T)) * (1 - h ** 2)
    grad['E1'] = x.T.dot(dh)
    grad['e1'] = dh.sum(axis=0)
    return rekon, kl, grad


def training(bilder, epochen=60, rate=3e-3, stapel=50):
    p = neue_parameter()
    m = {k: np.zeros_like(v) for k, v in p.items()}
    v2 = {k: np.zeros_like(v) for k, v in p.items()}
    schritt = 0
    for epoche in range(epochen):
        reihenfolge = zufall.permutation(len(bilder))
        sr = sk = 0.0
        for i in range(0, len(bilder), stapel):
            x = bilder[reihenfolge[i:i + stapel]]
            rekon, kl, grad = verlust_und_gradient(p, x, zufall.randn(len(x), Z))
            sr += rekon * len(x)
            sk += kl * len(x)
            schritt += 1
            # Adam, Korrektur in die Schrittweite gezogen
            s = rate * np.sqrt(1 - 0.999 ** schritt) / (1 - 0.9 ** schritt)
            for k in p:
                m[k] += 0.1 * (grad[k] - m[k])
                v2[k] += 0.001 * (grad[k] ** 2 - v2[k])
                p[k] -= s * m[k] / (np.sqrt(v2[k]) + 1e-8)
        if epoche % 10 == 0 or epoche == epochen - 1:
            print("Epoche %2d   Rekonstruktion %.3f   KL %.3f   -ELBO %.3f"
                  % (epoche, sr / len(bilder), sk / len(bilder), (sr + sk) / len(bilder)))
    return p


if __name__ == '__main__':
    bilder = flecken(1000)
    p = training(bilder)
    # ein Testbild durch den Mittelwert schicken
    probe = flecken(200)
    h = np.tanh(probe.dot(p['E1']) + p['e1'])
    mu = h.dot(p['Mu']) + p['mu']
    y = 1 / (1 + np.exp(-(np.tanh(mu.dot(p['D1']) + p['d1']).dot(p['D2']) + p['d2'])))
    print("mittlerer quadratischer Fehler (Test): %.5f   Varianz der Daten: %.5f"
          % (np.mean((y - probe) ** 2), np.mean((probe - bilder.mean(0)) ** 2)))
