import numpy as np

# Petit reseau convolutif : conv 3x3 (4 filtres) -> ReLU -> max pool 2x2 -> dense -> softmax
# Trois classes : barre horizontale, barre verticale, diagonale, images 8x8 en niveaux de gris

np.random.seed(4)
NB_FILTRES = 4
TAILLE = 8
CONV = TAILLE - 2      # 6
POOL = CONV // 2       # 3


def fabriquer_image(classe):
    img = np.random.randint(0, 70, (TAILLE, TAILLE))
    k = np.random.randint(1, TAILLE - 1)
    if classe == 0:
        img[k, :] = np.random.randint(170, 256, TAILLE)
    elif classe == 1:
        img[:, k] = np.random.randint(170, 256, TAILLE)
    else:
        for i in range(TAILLE):
            img[i, (i + k) % TAILLE] = np.random.randint(170, 256)
    return img


def fabriquer_donnees(n):
    etiquettes = np.random.randint(0, 3, n)
    images = np.array([fabriquer_image(c) for c in etiquettes])
    images = images / 255.0
    return images, etiquettes


filtres = np.random.randn(NB_FILTRES, 3, 3) / 3
biais_f = np.zeros(NB_FILTRES)
W = np.random.randn(3, NB_FILTRES * POOL * POOL) / 6
b = np.zeros(3)


def avant(img):
    z = np.zeros((NB_FILTRES, CONV, CONV))
    for i in range(CONV):
        for j in range(CONV):
            morceau = img[i:i + 3, j:j + 3]
            z[:, i, j] = np.sum(filtres * morceau, axis=(1, 2)) + biais_f
    a = np.maximum(z, 0)
    blocs = a.reshape(NB_FILTRES, POOL, 2, POOL, 2)
    maxi = blocs.max(axis=(2, 4))
    plat = maxi.reshape(-1)
    s = W @ plat + b
    e = np.exp(s - s.max())
    return z, blocs, maxi, plat, e / e.sum()


def arriere(img, y, z, blocs, maxi, plat, p):
    ds = p.copy()
    ds[y] -= 1
    dW = np.outer(ds, plat)
    db = ds
    dmaxi = (W.T @ ds).reshape(maxi.shape)
    # le gradient ne passe que par la position du maximum
    choisi = (blocs == maxi[:, :, None, :, None])
    da = (choisi * dmaxi[:, :, None, :, None]).reshape(NB_FILTRES, CONV, CONV)
    dz = da * (z > 0)
    dfiltres = np.zeros_like(filtres)
    for i in range(CONV):
        for j in range(CONV):
            morceau = img[i:i + 3, j:j + 3]
            dfiltres += dz[:, i, j][:, None, None] * morceau
    dbiais_f = dz.sum(axis=(1, 2))
    return dfiltres, dbiais_f, dW, db


images, etiquettes = fabriquer_donnees(300)
test_images, test_etiquettes = fabriquer_donnees(90)
taux = 0.03

for epoque in range(10):
    perte, bons = 0.0, 0
    for n in np.random.permutation(len(images)):
        img, y = images[n], etiquettes[n]
        z, blocs, maxi, plat, p = avant(img)
        perte += -np.log(p[y] + 1e-12)
        bons += int(p.argmax() == y)
        dfiltres, dbiais_f, dW, db = arriere(img, y, z, blocs, maxi, plat, p)
        filtres -= taux * dfiltres
        biais_f -= taux * dbiais_f
        W -= taux * dW
        b -= taux * db
    print("epoque", epoque + 1, "perte", round(perte / len(images), 4), "precision", round(bons / len(images), 3))

ok = sum(avant(i)[-1].argmax() == e for i, e in zip(test_images, test_etiquettes))
print("test :", ok, "/", len(test_images))
