import numpy as np

# red de dos capas para regresión, dos salidas, mini-lotes barajados en cada época
np.random.seed(2020)
n_datos, lote = 60, 12
entradas = np.random.uniform(-1.5, 1.5, (n_datos, 3))
objetivos = np.stack([entradas[:, 0] * entradas[:, 1], np.cos(entradas[:, 2])], axis=1)

pesos_1 = np.random.randn(3, 14) * 0.6
sesgo_1 = np.zeros(14)
pesos_2 = np.random.randn(14, 2) * 0.4
sesgo_2 = np.zeros(2)
tasa = 0.25

for epoca in range(40):
    paso = tasa * 0.98 ** epoca
    orden = np.random.permutation(n_datos)
    perdidas = []
    for inicio in range(0, n_datos, lote):
        indices = orden[inicio:inicio + lote]
        x, t = entradas[indices], objetivos[indices]
        # propagación hacia adelante
        suma = x @ pesos_1 + sesgo_1
        oculta = np.tanh(suma)
        salida = oculta @ pesos_2 + sesgo_2
        diferencia = salida - t
        perdida = np.mean(diferencia ** 2)
        perdidas.append(perdida)
        # propagación hacia atrás
        d_salida = 2 * diferencia / diferencia.size
        d_pesos_2 = oculta.T @ d_salida
        d_sesgo_2 = d_salida.sum(axis=0)
        d_oculta = d_salida @ pesos_2.T
        d_suma = d_oculta * (1 - oculta ** 2)
        d_pesos_1 = x.T @ d_suma
        d_sesgo_1 = d_suma.sum(axis=0)
        # descenso por el gradiente
        pesos_1 = pesos_1 - paso * d_pesos_1
        sesgo_1 = sesgo_1 - paso * d_sesgo_1
        pesos_2 = pesos_2 - paso * d_pesos_2
        sesgo_2 = sesgo_2 - paso * d_sesgo_2
    if epoca % 10 == 0:
        print('época', epoca, 'pérdida', np.mean(perdidas))
