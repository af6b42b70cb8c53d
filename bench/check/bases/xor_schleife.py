# XOR mit einem kleinen neuronalen Netz
import numpy as np

np.random.seed(42)
eingabe = np.array([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
ziel = np.array([0., 1., 1., 0.]).reshape(4, 1)

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def ableitung(y):
    return y * (1 - y)

gewichte1 = np.random.uniform(-1, 1, (2, 4))
schwelle1 = np.zeros((1, 4))
gewichte2 = np.random.uniform(-1, 1, (4, 1))
schwelle2 = np.zeros((1, 1))
lernrate = 0.8

fehler = 1.0
durchlauf = 0
while fehler > 0.005 and durchlauf < 4000:
    summe1 = eingabe.dot(gewichte1) + schwelle1
    verdeckt = sigmoid(summe1)
    summe2 = verdeckt.dot(gewichte2) + schwelle2
    ausgabe = sigmoid(summe2)
    differenz = ausgabe - ziel
    fehler = 0.5 * np.sum(differenz ** 2)
    if durchlauf % 500 == 0:
        print('Durchlauf', durchlauf, 'Fehler', fehler)

    delta2 = differenz * ableitung(ausgabe)
    delta1 = delta2.dot(gewichte2.T) * ableitung(verdeckt)
    gewichte2 -= lernrate * verdeckt.T.dot(delta2)
    schwelle2 -= lernrate * np.sum(delta2, axis=0, keepdims=True)
    gewichte1 -= lernrate * eingabe.T.dot(delta1)
    schwelle1 -= lernrate * np.sum(delta1, axis=0, keepdims=True)
    durchlauf += 1

print('nach', durchlauf, 'Durchläufen:', ausgabe.ravel().round(2))
