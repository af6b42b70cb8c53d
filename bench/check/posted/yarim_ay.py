# Yarım ay (moons) veri seti, dropout'lu iki gizli katman
# Yapay Sinir Ağları dersi, ödev 3
import numpy as np

np.random.seed(21)


def veri_uret(adet, gurultu=0.12):
    t = np.random.rand(adet // 2) * np.pi
    ust = np.c_[np.cos(t), np.sin(t)]
    alt = np.c_[1 - np.cos(t), 0.4 - np.sin(t)]
    X = np.r_[ust, alt] + gurultu * np.random.randn(adet, 2)
    y = np.r_[np.zeros(adet // 2), np.ones(adet // 2)].reshape(-1, 1)
    return X, y


X, y = veri_uret(400)
X_test, y_test = veri_uret(200)

gizli1, gizli2 = 20, 10
ogrenme_hizi = 0.2
tutma = 0.8        # dropout'ta nöronu tutma olasılığı
egim = 0.1         # leaky relu

agirlik1 = np.random.randn(2, gizli1) * np.sqrt(2 / 2)
agirlik2 = np.random.randn(gizli1, gizli2) * np.sqrt(2 / gizli1)
agirlik3 = np.random.randn(gizli2, 1) * np.sqrt(2 / gizli2)
sapma1 = np.zeros(gizli1)
sapma2 = np.zeros(gizli2)
sapma3 = np.zeros(1)


def leaky(z):
    return np.where(z > 0, z, egim * z)


def leaky_turev(z):
    return np.where(z > 0, 1.0, egim)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def tahmin(X):
    # testte dropout yok
    a1 = leaky(X @ agirlik1 + sapma1)
    a2 = leaky(a1 @ agirlik2 + sapma2)
    return sigmoid(a2 @ agirlik3 + sapma3)


m = len(X)
for adim in range(3001):
    # ileri
    z1 = X @ agirlik1 + sapma1
    maske = (np.random.rand(m, gizli1) < tutma) / tutma
    a1 = leaky(z1) * maske
    z2 = a1 @ agirlik2 + sapma2
    a2 = leaky(z2)
    cikis = sigmoid(a2 @ agirlik3 + sapma3)

    # geri
    d3 = cikis - y
    dag3 = a2.T @ d3 / m
    dsap3 = d3.sum(axis=0) / m
    d2 = (d3 @ agirlik3.T) * leaky_turev(z2)
    dag2 = a1.T @ d2 / m
    dsap2 = d2.sum(axis=0) / m
    d1 = (d2 @ agirlik2.T) * maske * leaky_turev(z1)
    dag1 = X.T @ d1 / m
    dsap1 = d1.sum(axis=0) / m

    # güncelle
    agirlik3 = agirlik3 - ogrenme_hizi * dag3
    agirlik2 = agirlik2 - ogrenme_hizi * dag2
    agirlik1 = agirlik1 - ogrenme_hizi * dag1
    sapma3 = sapma3 - ogrenme_hizi * dsap3
    sapma2 = sapma2 - ogrenme_hizi * dsap2
    sapma1 = sapma1 - ogrenme_hizi * dsap1

    if adim % 250 == 0:
        kayip = -np.mean(y * np.log(cikis + 1e-9) + (1 - y) * np.log(1 - cikis + 1e-9))
        print("adım", adim, "kayıp", round(float(kayip), 4))

print("eğitim doğruluğu:", np.mean((tahmin(X) > 0.5) == y))
print("test doğruluğu  :", np.mean((tahmin(X_test) > 0.5) == y_test))
