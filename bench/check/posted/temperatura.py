# Red neuronal sin librerias: aprende la curva de temperatura de un dia de verano
import math
import random

random.seed(12)

HORAS = list(range(24))
GRADOS = [17.2, 16.5, 15.9, 15.3, 14.9, 14.8, 15.6, 17.4, 19.8, 22.3, 24.6, 26.5,
          28.1, 29.3, 30.0, 30.2, 29.8, 28.7, 27.0, 24.9, 22.8, 21.0, 19.5, 18.3]

MEDIA = sum(GRADOS) / len(GRADOS)
ESCALA = max(abs(g - MEDIA) for g in GRADOS) / 0.9      # que la tanh llegue bien


class RedNeuronal:
    def __init__(self, n_ocultas):
        self.n = n_ocultas
        self.pesos_ent = [random.uniform(-2, 2) for _ in range(n_ocultas)]
        self.sesgo_ocu = [random.uniform(-1, 1) for _ in range(n_ocultas)]
        self.pesos_sal = [random.uniform(-0.5, 0.5) for _ in range(n_ocultas)]
        self.sesgo_sal = 0.0

    def calcular(self, x):
        ocultas = [math.tanh(self.pesos_ent[j] * x + self.sesgo_ocu[j]) for j in range(self.n)]
        suma = self.sesgo_sal
        for j in range(self.n):
            suma += self.pesos_sal[j] * ocultas[j]
        return ocultas, math.tanh(suma)

    def error_medio(self, xs, ys):
        return sum((self.calcular(x)[1] - y) ** 2 for x, y in zip(xs, ys)) / (2 * len(xs))

    def entrenar(self, xs, ys, tasa, momento, epocas):
        m = len(xs)
        # velocidades para el momento
        v_ent = [0.0] * self.n
        v_ocu = [0.0] * self.n
        v_sal = [0.0] * self.n
        v_b = 0.0
        for epoca in range(epocas + 1):
            # gradientes acumulados de toda la tabla
            g_ent = [0.0] * self.n
            g_ocu = [0.0] * self.n
            g_sal = [0.0] * self.n
            g_b = 0.0
            for x, y in zip(xs, ys):
                ocultas, salida = self.calcular(x)
                delta_sal = (salida - y) * (1 - salida ** 2)
                g_b += delta_sal
                for j in range(self.n):
                    g_sal[j] += delta_sal * ocultas[j]
                    delta_ocu = delta_sal * self.pesos_sal[j] * (1 - ocultas[j] ** 2)
                    g_ent[j] += delta_ocu * x
                    g_ocu[j] += delta_ocu
            # actualizar los pesos
            for j in range(self.n):
                v_ent[j] = momento * v_ent[j] - tasa * g_ent[j] / m
                v_ocu[j] = momento * v_ocu[j] - tasa * g_ocu[j] / m
                v_sal[j] = momento * v_sal[j] - tasa * g_sal[j] / m
                self.pesos_ent[j] += v_ent[j]
                self.sesgo_ocu[j] += v_ocu[j]
                self.pesos_sal[j] += v_sal[j]
            v_b = momento * v_b - tasa * g_b / m
            self.sesgo_sal += v_b
            if epoca % 2000 == 0:
                print("epoca", epoca, "error", round(self.error_medio(xs, ys), 6))


if __name__ == "__main__":
    entradas = [(h - 11.5) / 11.5 for h in HORAS]
    objetivos = [(g - MEDIA) / ESCALA for g in GRADOS]
    red = RedNeuronal(6)
    red.entrenar(entradas, objetivos, tasa=0.15, momento=0.9, epocas=12000)
    print()
    print("hora  real   red")
    for h, x, g in zip(HORAS, entradas, GRADOS):
        print("%4d  %.1f  %.1f" % (h, g, red.calcular(x)[1] * ESCALA + MEDIA))
