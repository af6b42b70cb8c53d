# Tugas Kecerdasan Buatan: prediksi harga rumah dengan JST
# kolom: luas tanah (m2), luas bangunan (m2), kamar tidur, umur (tahun)
import numpy as np

np.random.seed(10)


def buat_data(n=200):
    luas_tanah = np.random.randint(60, 400, n)
    luas_bangunan = (luas_tanah * np.random.uniform(0.4, 0.9, n)).astype(int)
    kamar = np.random.randint(1, 6, n)
    umur = np.random.randint(0, 40, n)
    harga = 3.0 * luas_tanah + 4.5 * luas_bangunan + 60 * kamar - 0.2 * umur ** 2
    harga = harga + np.random.normal(0, 30, n)      # juta rupiah
    X = np.array([luas_tanah, luas_bangunan, kamar, umur]).T
    return X, harga.reshape(-1, 1)


def normalisasi(X):
    hasil = np.zeros(X.shape)
    for i in range(X.shape[1]):
        hasil[:, i] = (X[:, i] - X[:, i].mean()) / X[:, i].std()
    return hasil


class JaringanSyaraf:
    def __init__(self, ukuran, laju=0.03):
        self.laju = laju
        self.W = []
        self.b = []
        for masuk, keluar in zip(ukuran[:-1], ukuran[1:]):
            self.W.append(np.random.randn(masuk, keluar) * np.sqrt(2 / masuk))
            self.b.append(np.zeros((1, keluar)))

    def relu(self, z):
        return np.maximum(0, z)

    def turunan_relu(self, z):
        return np.where(z > 0, 1, 0)

    def maju(self, X):
        self.z = []
        self.a = [X]
        for i in range(len(self.W)):
            z = self.a[-1] @ self.W[i] + self.b[i]
            self.z.append(z)
            # lapisan terakhir linear
            if i < len(self.W) - 1:
                self.a.append(self.relu(z))
            else:
                self.a.append(z)
        return self.a[-1]

    def mundur(self, y):
        m = y.shape[0]
        delta = 2 * (self.a[-1] - y) / m
        gradW = [None] * len(self.W)
        gradb = [None] * len(self.b)
        for i in reversed(range(len(self.W))):
            gradW[i] = self.a[i].T @ delta
            gradb[i] = np.sum(delta, axis=0, keepdims=True)
            if i > 0:
                delta = (delta @ self.W[i].T) * self.turunan_relu(self.z[i - 1])
        return gradW, gradb

    def latih(self, X, y, epoch=1200, ukuran_batch=25):
        n = X.shape[0]
        for e in range(epoch):
            acak = np.random.permutation(n)
            for awal in range(0, n, ukuran_batch):
                idx = acak[awal:awal + ukuran_batch]
                self.maju(X[idx])
                gradW, gradb = self.mundur(y[idx])
                for i in range(len(self.W)):
                    self.W[i] -= self.laju * gradW[i]
                    self.b[i] -= self.laju * gradb[i]
            if e % 150 == 0 or e == epoch - 1:
                galat = np.mean((self.maju(X) - y) ** 2)
                print("epoch", e, "MSE", galat)

    def prediksi(self, X):
        return self.maju(X)


X, harga = buat_data()
Xn = normalisasi(X)
yn = normalisasi(harga)

model = JaringanSyaraf([4, 12, 8, 1])
model.latih(Xn, yn)

tebakan = model.prediksi(Xn[:6]) * harga.std() + harga.mean()
for asli, tebak in zip(harga[:6, 0], tebakan[:, 0]):
    print("harga asli %.0f juta, prediksi %.0f juta" % (asli, tebak))
