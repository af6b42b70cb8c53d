# autoencoder 6-3-6 without numpy, gradients are collected over all patterns and then applied
import math
import random

random.seed(3)
patterns = [[1.0 if i == j else 0.0 for j in range(6)] for i in range(6)]
IN, CODE = 6, 3
enc = [[random.uniform(-0.8, 0.8) for _ in range(IN)] for _ in range(CODE)]
enc_bias = [0.0] * CODE
dec = [[random.uniform(-0.8, 0.8) for _ in range(CODE)] for _ in range(IN)]
dec_bias = [0.0] * IN
learning_rate = 0.4


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def encode(x):
    return [math.tanh(enc_bias[k] + sum(enc[k][i] * x[i] for i in range(IN))) for k in range(CODE)]


def decode(code):
    return [sigmoid(dec_bias[i] + sum(dec[i][k] * code[k] for k in range(CODE))) for i in range(IN)]


for epoch in range(120):
    g_enc = [[0.0] * IN for _ in range(CODE)]
    g_enc_bias = [0.0] * CODE
    g_dec = [[0.0] * CODE for _ in range(IN)]
    g_dec_bias = [0.0] * IN
    error = 0.0
    for x in patterns:
        code = encode(x)
        out = decode(code)
        error += 0.5 * sum((out[i] - x[i]) ** 2 for i in range(IN))
        delta_out = [(out[i] - x[i]) * out[i] * (1 - out[i]) for i in range(IN)]
        delta_code = []
        for k in range(CODE):
            back = 0.0
            for i in range(IN):
                back += delta_out[i] * dec[i][k]
            delta_code.append(back * (1 - code[k] ** 2))
        for i in range(IN):
            for k in range(CODE):
                g_dec[i][k] += delta_out[i] * code[k]
            g_dec_bias[i] += delta_out[i]
        for k in range(CODE):
            for i in range(IN):
                g_enc[k][i] += delta_code[k] * x[i]
            g_enc_bias[k] += delta_code[k]
    for i in range(IN):
        for k in range(CODE):
            dec[i][k] -= learning_rate * g_dec[i][k]
        dec_bias[i] -= learning_rate * g_dec_bias[i]
    for k in range(CODE):
        for i in range(IN):
            enc[k][i] -= learning_rate * g_enc[k][i]
        enc_bias[k] -= learning_rate * g_enc_bias[k]
    if epoch % 30 == 0:
        print(epoch, error)
