# Clasificador de frutas (peso, color, forma) con una capa oculta; actualizo con cada ejemplo
import numpy as np

rng = np.random.RandomState(33)
frutas = ['manzana', 'naranja', 'limon']
centros = {'manzana': [0.5, 0.9, 0.4], 'naranja': [0.6, 0.5, 0.5], 'limon': [0.2, 0.2, 0.8]}
ejemplos = []
for nombre in frutas:
    for _ in range(12):
        ejemplos.append((np.array(centros[nombre]) + 0.08 * rng.randn(3), frutas.index(nombre)))

red = {
    'W1': rng.randn(5, 3),
    'b1': np.zeros(5),
    'W2': rng.randn(3, 5),
    'b2': np.zeros(3),
}
tasa = 0.3


def sigmoide(v):
    return 1 / (1 + np.exp(-v))


def adelante(x):
    oculta = sigmoide(np.matmul(red['W1'], x) + red['b1'])
    salida = sigmoide(np.matmul(red['W2'], oculta) + red['b2'])
    return oculta, salida


def atras(x, deseada, oculta, salida):
    # la entropia cruzada con salidas sigmoides deja la resta sola
    delta_s = salida - deseada
    error_o = np.matmul(np.transpose(red['W2']), delta_s)
    delta_o = error_o * oculta * (1 - oculta)
    return {
        'W1': np.outer(delta_o, x),
        'b1': delta_o,
        'W2': np.outer(delta_s, oculta),
        'b2': delta_s,
    }


for epoca in range(15):
    rng.shuffle(ejemplos)
    costo_total, aciertos = 0.0, 0
    for x, clase in ejemplos:
        deseada = np.zeros(3)
        deseada[clase] = 1.0
        oculta, salida = adelante(x)
        costo = -np.sum(deseada * np.log(salida) + (1 - deseada) * np.log(1 - salida))
        costo_total += costo
        aciertos += int(np.argmax(salida) == clase)
        gradientes = atras(x, deseada, oculta, salida)
        for clave in red:
            red[clave] = red[clave] - tasa * gradientes[clave]
    print('epoca', epoca + 1, 'costo', round(costo_total / len(ejemplos), 4), 'aciertos', aciertos, 'de', len(ejemplos))
