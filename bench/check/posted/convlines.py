# Kucuk bir CNN: 8x8 resimlerde yatay / dikey / capraz cizgi
# conv 3x3 -> relu -> maxpool 2x2 -> tam bagli -> softmax
import numpy as np

rng = np.random.default_rng(4)


def resim_uret(sinif):
    img = rng.random((8, 8)) * 0.4
    k = rng.integers(1, 7)
    for a in range(8):
        if sinif == 0:
            img[k, a] = 1.0
        elif sinif == 1:
            img[a, k] = 1.0
        else:
            img[a, (a + k) % 8] = 1.0
    return img


etiketler = np.arange(150) % 3
resimler = [resim_uret(s) for s in etiketler]

F = 4  # filtre sayisi
K = rng.standard_normal((F, 3, 3)) * 0.3
bK = np.zeros(F)
W = rng.standard_normal((3, F * 9)) * 0.1
bW = np.zeros(3)
lr = 0.03


def conv_ileri(img):
    out = np.zeros((F, 6, 6))
    for i in range(6):
        for j in range(6):
            parca = img[i:i+3, j:j+3]
            out[:, i, j] = np.sum(K * parca, axis=(1, 2)) + bK
    return out


def pool_ileri(r):
    out = np.zeros((F, 3, 3))
    maske = np.zeros_like(r)
    for f in range(F):
        for i in range(3):
            for j in range(3):
                pencere = r[f, 2*i:2*i+2, 2*j:2*j+2]
                u, v = np.unravel_index(np.argmax(pencere), (2, 2))
                out[f, i, j] = pencere[u, v]
                maske[f, 2*i+u, 2*j+v] = 1
    return out, maske


def ileri(img):
    z = conv_ileri(img)
    r = np.maximum(z, 0)
    p, maske = pool_ileri(r)
    duz = p.reshape(-1)
    s = W @ duz + bW
    e = np.exp(s - s.max())
    return z, maske, duz, e / e.sum()


def geri(img, hedef, z, maske, duz, olasilik):
    ds = olasilik.copy()
    ds[hedef] -= 1
    dW = np.outer(ds, duz)
    dbW = ds
    dp = (W.T @ ds).reshape(F, 3, 3)
    # maxpool: gradyan sadece en buyuk piksele gider
    dr = maske * dp.repeat(2, axis=1).repeat(2, axis=2)
    dz = dr * (z > 0)
    dK = np.zeros_like(K)
    for i in range(6):
        for j in range(6):
            dK += dz[:, i, j][:, None, None] * img[i:i+3, j:j+3]
    dbK = dz.sum(axis=(1, 2))
    return dK, dbK, dW, dbW


for epoch in range(30):
    kayip = 0
    dogru = 0
    for n in rng.permutation(len(resimler)):
        img, hedef = resimler[n], etiketler[n]
        z, maske, duz, olasilik = ileri(img)
        kayip -= np.log(olasilik[hedef])
        dogru += int(np.argmax(olasilik) == hedef)
        dK, dbK, dW, dbW = geri(img, hedef, z, maske, duz, olasilik)
        K -= lr * dK
        bK -= lr * dbK
        W -= lr * dW
        bW -= lr * dbW
    if epoch % 3 == 2:
        print("epoch", epoch + 1, "kayip", round(kayip / len(resimler), 4), "dogruluk", dogru / len(resimler))
