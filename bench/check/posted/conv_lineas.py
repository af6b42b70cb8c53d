# Mini red convolucional hecha a mano (para entender como funciona por dentro)
# imagen 8x8 -> conv 3x3 (4 filtros) -> ReLU -> maxpool 2x2 -> densa -> softmax
# clases: 0 = linea horizontal, 1 = linea vertical, 2 = diagonal
import numpy as np

np.random.seed(5)


def crear_imagen(clase):
    img = np.zeros((8, 8))
    if clase == 0:
        img[np.random.randint(8), :] = 1
    elif clase == 1:
        img[:, np.random.randint(8)] = 1
    else:
        k = np.random.randint(-2, 3)
        img += np.eye(8, k=k)
    return img + 0.15 * np.random.randn(8, 8)


etiquetas = [i % 3 for i in range(180)]
imagenes = [crear_imagen(c) for c in etiquetas]

NF = 4
filtros = np.random.randn(NF, 3, 3) * 0.3
sesgo_f = np.zeros(NF)
W = np.random.randn(3, NF * 3 * 3) * 0.1
b = np.zeros(3)
tasa = 0.03


def adelante(img):
    # convolucion (sin padding)
    conv = np.zeros((NF, 6, 6))
    for i in range(6):
        for j in range(6):
            trozo = img[i:i + 3, j:j + 3]
            conv[:, i, j] = np.sum(filtros * trozo, axis=(1, 2)) + sesgo_f
    relu = np.maximum(conv, 0)
    # max pooling
    pool = np.zeros((NF, 3, 3))
    for i in range(3):
        for j in range(3):
            pool[:, i, j] = relu[:, 2*i:2*i+2, 2*j:2*j+2].max(axis=(1, 2))
    plano = pool.flatten()
    z = W @ plano + b
    e = np.exp(z - z.max())
    return conv, relu, pool, plano, e / e.sum()


def entrenar(img, clase):
    global filtros, sesgo_f, W, b
    conv, relu, pool, plano, prob = adelante(img)

    # softmax + entropia cruzada
    dz = prob.copy()
    dz[clase] -= 1
    dW = np.outer(dz, plano)
    db = dz
    dpool = (W.T @ dz).reshape(pool.shape)

    # el gradiente solo pasa por el maximo de cada ventana
    dconv = np.zeros_like(conv)
    for f in range(NF):
        for i in range(3):
            for j in range(3):
                ventana = relu[f, 2*i:2*i+2, 2*j:2*j+2]
                a, c = np.unravel_index(ventana.argmax(), (2, 2))
                dconv[f, 2*i + a, 2*j + c] = dpool[f, i, j]
    dconv = dconv * (conv > 0)

    dfiltros = np.zeros_like(filtros)
    for i in range(6):
        for j in range(6):
            trozo = img[i:i + 3, j:j + 3]
            dfiltros += dconv[:, i, j][:, None, None] * trozo
    dsesgo_f = dconv.sum(axis=(1, 2))

    filtros -= tasa * dfiltros
    sesgo_f -= tasa * dsesgo_f
    W -= tasa * dW
    b -= tasa * db
    return -np.log(prob[clase])


for epoca in range(8):
    perdida = 0
    aciertos = 0
    for n in np.random.permutation(len(imagenes)):
        perdida += entrenar(imagenes[n], etiquetas[n])
    for img, c in zip(imagenes, etiquetas):
        aciertos += adelante(img)[-1].argmax() == c
    print("Epoca", epoca + 1, "perdida media:", perdida / len(imagenes),
          "aciertos:", aciertos, "/", len(imagenes))

prueba = [crear_imagen(i % 3) for i in range(60)]
bien = sum(adelante(im)[-1].argmax() == i % 3 for i, im in enumerate(prueba))
print("Imagenes nuevas bien clasificadas:", bien, "de 60")
