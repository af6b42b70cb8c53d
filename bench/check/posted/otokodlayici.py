# Otokodlayıcı ödevi: 5x5 harfleri 6 sayıya sıkıştırıp geri açıyoruz
import numpy as np

harfler = {
    "A": ".###. #...# ##### #...# #...#",
    "E": "##### #.... ####. #.... #####",
    "H": "#...# #...# ##### #...# #...#",
    "L": "#.... #.... #.... #.... #####",
    "T": "##### ..#.. ..#.. ..#.. ..#..",
    "X": "#...# .#.#. ..#.. .#.#. #...#",
    "O": ".###. #...# #...# #...# .###.",
    "Z": "##### ...#. ..#.. .#... #####",
}


def veri_hazirla():
    satirlar = []
    for desen in harfler.values():
        satirlar.append([1.0 if k == "#" else 0.0 for k in desen.replace(" ", "")])
    return np.array(satirlar)


def sig(x):
    return 1 / (1 + np.exp(-x))


rng = np.random.RandomState(4)
veri = veri_hazirla()
girdi_sayisi = veri.shape[1]
kod_sayisi = 6

agirlik = {
    "W_k": rng.randn(girdi_sayisi, kod_sayisi) * 0.3,
    "b_k": np.zeros(kod_sayisi),
    "W_c": rng.randn(kod_sayisi, girdi_sayisi) * 0.3,
    "b_c": np.zeros(girdi_sayisi),
}
kare = {ad: np.zeros_like(d) for ad, d in agirlik.items()}


def ileri(x):
    kod = np.tanh(x @ agirlik["W_k"] + agirlik["b_k"])
    cikti = sig(kod @ agirlik["W_c"] + agirlik["b_c"])
    return kod, cikti


def geri(x, hedef, kod, cikti):
    g = {}
    # ortalama kare hatanın türevi
    d_cikti = 2 * (cikti - hedef) / hedef.size
    d_z = d_cikti * cikti * (1 - cikti)
    g["W_c"] = kod.T @ d_z
    g["b_c"] = d_z.sum(axis=0)
    d_kod = d_z @ agirlik["W_c"].T * (1 - kod ** 2)
    g["W_k"] = x.T @ d_kod
    g["b_k"] = d_kod.sum(axis=0)
    return g


def guncelle(g, hiz=0.001, beta=0.9):
    # RMSprop
    for ad in agirlik:
        kare[ad] = beta * kare[ad] + (1 - beta) * g[ad] ** 2
        agirlik[ad] -= hiz * g[ad] / (np.sqrt(kare[ad]) + 1e-8)


for tur in range(20001):
    # girdiyi biraz boz, hedef temiz harf olsun
    bozuk = veri + 0.15 * rng.randn(*veri.shape)
    kod, cikti = ileri(bozuk)
    g = geri(bozuk, veri, kod, cikti)
    guncelle(g)
    if tur % 2000 == 0:
        print("tur", tur, "hata", round(np.mean((cikti - veri) ** 2), 5))

_, sonuc = ileri(veri)
for ad, satir in zip(harfler, sonuc):
    print("---", ad)
    for i in range(5):
        print("".join("#" if p > 0.5 else "." for p in satir[5 * i:5 * i + 5]))
