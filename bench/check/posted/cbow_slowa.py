# CBOW (word2vec) na malutkim korpusie - projekt zaliczeniowy, przetwarzanie jezyka naturalnego
import numpy as np

tekst = """
kot pije mleko w kuchni . pies pije wode w kuchni . kot spi na kanapie w salonie .
pies spi na dywanie w salonie . mama gotuje zupe w kuchni . tata gotuje obiad w kuchni .
mama czyta gazete w salonie . tata czyta ksiazke w salonie . kot goni mysz w ogrodzie .
pies goni kota w ogrodzie . mama sadzi kwiaty w ogrodzie . tata sadzi drzewa w ogrodzie .
kot lubi mleko . pies lubi wode . mama lubi kwiaty . tata lubi drzewa .
"""
slowa = tekst.split()
slownik = sorted(set(slowa))
nr = {s: i for i, s in enumerate(slownik)}
ids = np.array([nr[s] for s in slowa])
V = len(slownik)

OKNO = 2
D = 12
EPOKI = 2000
PARTIA = 16
krok = 0.6

# pary: (2*OKNO slow kontekstu) -> slowo w srodku
konteksty, srodki = [], []
for i in range(OKNO, len(ids) - OKNO):
    konteksty.append(np.concatenate([ids[i - OKNO:i], ids[i + 1:i + OKNO + 1]]))
    srodki.append(ids[i])
konteksty = np.array(konteksty)
srodki = np.array(srodki)
print("slow w slowniku:", V, " przykladow:", len(srodki))

np.random.seed(2)
E = np.random.randn(V, D) * 0.3     # wektory slow
U = np.random.randn(D, V) * 0.3     # warstwa wyjsciowa


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def strata(K, S):
    P = softmax(E[K].mean(axis=1) @ U)
    return -np.log(P[np.arange(len(S)), S]).mean()


for epoka in range(EPOKI + 1):
    kolejnosc = np.random.permutation(len(srodki))
    for start in range(0, len(srodki), PARTIA):
        wybrane = kolejnosc[start:start + PARTIA]
        K, S = konteksty[wybrane], srodki[wybrane]
        n = len(S)

        h = E[K].mean(axis=1)           # (n, D)
        P = softmax(h @ U)              # (n, V)

        dz = P.copy()
        dz[np.arange(n), S] -= 1.0
        dz /= n
        dU = h.T @ dz
        dh = dz @ U.T

        # kazde slowo kontekstu dostaje rowna czesc gradientu
        dE = np.zeros_like(E)
        np.add.at(dE, K, dh[:, None, :] / (2 * OKNO))

        U -= krok * dU
        E -= krok * dE
    if epoka % 200 == 0:
        print("epoka %4d  strata %.4f" % (epoka, strata(konteksty, srodki)))


def podobne(slowo, ile=3):
    v = E[nr[slowo]]
    cos = E @ v / (np.linalg.norm(E, axis=1) * np.linalg.norm(v))
    najlepsze = [slownik[i] for i in np.argsort(-cos) if slownik[i] != slowo]
    return najlepsze[:ile]


for s in ["kot", "mama", "kuchni", "czyta"]:
    print(s, "->", ", ".join(podobne(s)))
