# Opdracht 6 - neuraal netje met hinge loss (zoals bij een SVM)
# De bias zit als extra kolom met enen in de invoer en in de verborgen laag.
import numpy as np


def maak_data(per_hoek=400):
    rng = np.random.RandomState(10)
    hoeken = [((1, 1), "rood"), ((-1, -1), "rood"), ((1, -1), "blauw"), ((-1, 1), "blauw")]
    punten, kleuren = [], []
    for midden, kleur in hoeken:
        punten.append(np.array(midden) + 0.45 * rng.randn(per_hoek, 2))
        kleuren += [kleur] * per_hoek
    X = np.vstack(punten)
    y = np.where(np.array(kleuren) == "rood", 1, -1)
    return X, y.reshape(-1, 1)


def met_enen(A):
    return np.hstack([A, np.ones((len(A), 1))])


def vooruit(X, W1, W2):
    X1 = met_enen(X)
    H = np.tanh(X1 @ W1)
    H1 = met_enen(H)
    return X1, H, H1, H1 @ W2


def train(X, y, verborgen=6, leersnelheid=0.5, verval=0.002, rondes=8000):
    rng = np.random.RandomState(0)
    W1 = rng.randn(3, verborgen) * 0.5
    W2 = rng.randn(verborgen + 1, 1) * 0.5
    vorig_verlies = np.inf
    n = len(X)
    for ronde in range(rondes):
        X1, H, H1, score = vooruit(X, W1, W2)
        marge = y * score
        verlies = np.mean(np.maximum(0, 1 - marge))

        if ronde % 800 == 0:
            print(f"ronde {ronde:5d}   verlies {verlies:.4f}")

        # stoppen als er niets meer verandert
        if abs(verlies - vorig_verlies) < 1e-12:
            print("klaar na", ronde, "rondes")
            break
        vorig_verlies = verlies

        # afgeleide van de hinge: -y waar de marge te klein is, anders 0
        d_score = np.where(marge < 1, -y, 0) / n
        dW2 = H1.T @ d_score
        d_H = d_score @ W2[:-1].T
        dW1 = X1.T @ (d_H * (1 - H ** 2))

        stap = leersnelheid / (1 + verval * ronde)
        W1 -= stap * dW1
        W2 -= stap * dW2
    return W1, W2


X, y = maak_data()
W1, W2 = train(X, y)
score = vooruit(X, W1, W2)[-1]
print("goed:", int(np.sum(np.sign(score) == y)), "van", len(y))
for punt in [[1, 1], [-1, -1], [1, -1], [-1, 1]]:
    uitkomst = vooruit(np.array([punt]), W1, W2)[-1][0, 0]
    print(punt, "rood" if uitkomst > 0 else "blauw", round(float(uitkomst), 2))
