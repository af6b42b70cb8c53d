# Projekt zaliczeniowy: LSTM od zera
# Zadanie: sieć dostaje ciąg 10 liczb (+1 / -1) i na końcu ma powiedzieć,
# jaka była PIERWSZA liczba. Reszta to szum.
import numpy as np

los = np.random.RandomState(4)

DLUGOSC = 10
UKRYTE = 8
KROK = 0.1


def sigmoida(x):
    return 1 / (1 + np.exp(-x))


def nowa_waga(wiersze, kolumny):
    return los.randn(wiersze, kolumny) * 0.3


# wejście każdej bramki to [h, x]
Wf, Wi, Wo, Wg = [nowa_waga(UKRYTE, UKRYTE + 1) for _ in range(4)]
bf, bi, bo, bg = np.ones(UKRYTE), np.zeros(UKRYTE), np.zeros(UKRYTE), np.zeros(UKRYTE)
Wy = nowa_waga(1, UKRYTE)[0]
by = 0.0


def przod(ciag):
    h = np.zeros(UKRYTE)
    c = np.zeros(UKRYTE)
    pamiec = []
    for x in ciag:
        hx = np.append(h, x)
        f = sigmoida(Wf @ hx + bf)
        i = sigmoida(Wi @ hx + bi)
        o = sigmoida(Wo @ hx + bo)
        g = np.tanh(Wg @ hx + bg)
        c_stare = c
        c = f * c_stare + i * g
        h = o * np.tanh(c)
        pamiec.append((hx, f, i, o, g, c_stare, c))
    return sigmoida(Wy @ h + by), h, pamiec


def tyl(wynik, cel, h, pamiec):
    dWf, dWi, dWo, dWg = [np.zeros((UKRYTE, UKRYTE + 1)) for _ in range(4)]
    dbf, dbi, dbo, dbg = [np.zeros(UKRYTE) for _ in range(4)]
    blad = wynik - cel
    dWy = blad * h
    dby = blad
    dh = blad * Wy
    dc = np.zeros(UKRYTE)
    for hx, f, i, o, g, c_stare, c in reversed(pamiec):
        tc = np.tanh(c)
        dc = dc + dh * o * (1 - tc ** 2)
        # pochodne przed aktywacją
        zo = dh * tc * o * (1 - o)
        zf = dc * c_stare * f * (1 - f)
        zi = dc * g * i * (1 - i)
        zg = dc * i * (1 - g ** 2)
        dWf += np.outer(zf, hx)
        dWi += np.outer(zi, hx)
        dWo += np.outer(zo, hx)
        dWg += np.outer(zg, hx)
        dbf += zf
        dbi += zi
        dbo += zo
        dbg += zg
        dhx = Wf.T @ zf + Wi.T @ zi + Wo.T @ zo + Wg.T @ zg
        dh = dhx[:UKRYTE]
        dc = dc * f
    return dWf, dWi, dWo, dWg, dbf, dbi, dbo, dbg, dWy, dby


suma, trafione = 0.0, 0
for n in range(1, 4001):
    ciag = los.choice([-1.0, 1.0], DLUGOSC)
    cel = 1.0 if ciag[0] > 0 else 0.0
    wynik, h, pamiec = przod(ciag)
    suma -= np.log(wynik if cel == 1 else 1 - wynik)
    trafione += (wynik > 0.5) == (cel == 1)

    dWf, dWi, dWo, dWg, dbf, dbi, dbo, dbg, dWy, dby = tyl(wynik, cel, h, pamiec)
    for waga, grad in [(Wf, dWf), (Wi, dWi), (Wo, dWo), (Wg, dWg),
                       (bf, dbf), (bi, dbi), (bo, dbo), (bg, dbg), (Wy, dWy)]:
        waga -= KROK * grad
    by -= KROK * dby

    if n % 400 == 0:
        print("po %d ciągach: strata %.4f, trafność %.1f%%" % (n, suma / 400, trafione / 4))
        suma, trafione = 0.0, 0
