# -*- coding: utf-8 -*-
# Yapay Sinir Ağları dersi - 3. ödev
# Tek gizli katmanlı ağ ile XOR probleminin çözümü
import numpy as np

np.random.seed(42)


class YapaySinirAgi:
    def __init__(self, giris_sayisi, gizli_sayisi, cikis_sayisi, ogrenme_orani):
        self.ogrenme_orani = ogrenme_orani
        # ağırlıklar -1 ile 1 arasında rastgele
        self.agirlik1 = 2 * np.random.random((giris_sayisi, gizli_sayisi)) - 1
        self.agirlik2 = 2 * np.random.random((gizli_sayisi, cikis_sayisi)) - 1
        self.bias1 = np.zeros((1, gizli_sayisi))
        self.bias2 = np.zeros((1, cikis_sayisi))

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def sigmoid_turev(self, s):
        # s: sigmoid fonksiyonunun çıktısı
        return s * (1 - s)

    def ileri_yayilim(self, X):
        self.net1 = np.dot(X, self.agirlik1) + self.bias1
        self.gizli = self.sigmoid(self.net1)
        self.net2 = np.dot(self.gizli, self.agirlik2) + self.bias2
        self.cikis = self.sigmoid(self.net2)
        return self.cikis

    def geri_yayilim(self, X, y):
        hata = y - self.cikis
        delta_cikis = hata * self.sigmoid_turev(self.cikis)

        gizli_hata = np.dot(delta_cikis, self.agirlik2.T)
        delta_gizli = gizli_hata * self.sigmoid_turev(self.gizli)

        # ağırlıkları güncelle
        self.agirlik2 += self.ogrenme_orani * np.dot(self.gizli.T, delta_cikis)
        self.bias2 += self.ogrenme_orani * np.sum(delta_cikis, axis=0, keepdims=True)
        self.agirlik1 += self.ogrenme_orani * np.dot(X.T, delta_gizli)
        self.bias1 += self.ogrenme_orani * np.sum(delta_gizli, axis=0, keepdims=True)

    def egit(self, X, y, adim_sayisi):
        for adim in range(adim_sayisi):
            self.ileri_yayilim(X)
            self.geri_yayilim(X, y)
            if adim % 4000 == 0:
                print("Adım:", adim, " Hata:", np.mean(np.square(y - self.cikis)))

    def tahmin(self, X):
        return self.ileri_yayilim(X)


if __name__ == "__main__":
    X = np.array([[0, 0],
                  [0, 1],
                  [1, 0],
                  [1, 1]])
    y = np.array([[0], [1], [1], [0]])

    ag = YapaySinirAgi(2, 5, 1, 0.5)
    ag.egit(X, y, 40001)

    print("Sonuçlar:")
    for girdi, sonuc in zip(X, ag.tahmin(X)):
        print(girdi, "->", round(float(sonuc[0]), 4))
