# -*- coding: utf-8 -*-
# Factorización de matrices con SGD: usuarios x películas
import numpy as np

rng = np.random.RandomState(31)

n_usuarios, n_peliculas, k_real = 60, 50, 3

# Notas "verdaderas": media + sesgos + gustos
gustos = rng.normal(0, 0.6, (n_usuarios, k_real))
rasgos = rng.normal(0, 0.6, (n_peliculas, k_real))
sesgo_u = rng.normal(0, 0.4, n_usuarios)
sesgo_p = rng.normal(0, 0.4, n_peliculas)
R = 3.5 + sesgo_u[:, None] + sesgo_p[None, :] + gustos @ rasgos.T
R += rng.normal(0, 0.4, R.shape)

# solo se observa una parte de la tabla
pares = [(u, i) for u in range(n_usuarios) for i in range(n_peliculas)]
rng.shuffle(pares)
observados = pares[:1200]
validacion = pares[1200:1600]
prueba = pares[1600:2000]

k = 6
P = rng.normal(0, 0.1, (n_usuarios, k))
Q = rng.normal(0, 0.1, (n_peliculas, k))
bu = np.zeros(n_usuarios)
bi = np.zeros(n_peliculas)
media = np.mean([R[u, i] for u, i in observados])


def predecir(u, i, modelo):
    P, Q, bu, bi = modelo
    return media + bu[u] + bi[i] + P[u] @ Q[i]


def rmse(conjunto, modelo):
    errores = [R[u, i] - predecir(u, i, modelo) for u, i in conjunto]
    return np.sqrt(np.mean(np.square(errores)))


def paso(u, i, modelo, eta, reg):
    """Un paso sobre  1/2 e^2 + reg/2 (|p|^2 + |q|^2 + bu^2 + bi^2)"""
    P, Q, bu, bi = modelo
    e = R[u, i] - predecir(u, i, modelo)
    pu = P[u].copy()
    qi = Q[i].copy()
    P[u] += eta * (e * qi - reg * pu)
    Q[i] += eta * (e * pu - reg * qi)
    bu[u] += eta * (e - reg * bu[u])
    bi[i] += eta * (e - reg * bi[i])


eta = 0.03
reg = 0.05
modelo = (P, Q, bu, bi)
mejor = tuple(a.copy() for a in modelo)
mejor_rmse = rmse(validacion, modelo)
mejor_epoca = -1

print('RMSE inicial (solo la media):', round(mejor_rmse, 4))
for epoca in range(80):
    orden = rng.permutation(len(observados))
    for j in orden:
        u, i = observados[j]
        paso(u, i, modelo, eta, reg)

    actual = rmse(validacion, modelo)
    if actual < mejor_rmse:
        mejor_rmse = actual
        mejor_epoca = epoca
        mejor = tuple(a.copy() for a in modelo)

    if epoca % 20 == 0 or epoca == 79:
        print('época %3d  entrenamiento %.4f  validación %.4f' % (epoca, rmse(observados, modelo), actual))

print('mejor época:', mejor_epoca, 'validación', round(mejor_rmse, 4))
print('validación con el mejor modelo guardado:', round(rmse(validacion, mejor), 4))
print('prueba con el mejor modelo guardado:', round(rmse(prueba, mejor), 4))
