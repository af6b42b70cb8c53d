"""Digit recognizer with lists only (no numpy allowed by the teacher)."""
import math, random

random.seed(99)

GLYPHS = """
###|.#.|###|###|#.#|###|###|###|###|###
#.#|##.|..#|..#|#.#|#..|#..|..#|#.#|#.#
#.#|.#.|###|.##|###|###|###|.#.|###|###
#.#|.#.|#..|..#|..#|..#|#.#|.#.|#.#|..#
###|###|###|###|..#|###|###|.#.|###|###
""".split()

digits = []
for d in range(10):
    bits = []
    for line in GLYPHS:
        bits.extend(1.0 if ch == "#" else 0.0 for ch in line.split("|")[d])
    digits.append(bits)

INPUTS, HIDDEN, OUTPUTS = 15, 12, 10
LEARNING_RATE = 0.1


def random_matrix(rows, cols):
    return [[random.uniform(-0.5, 0.5) for c in range(cols)] for r in range(rows)]


w_in = random_matrix(INPUTS, HIDDEN)
b_hid = [0.0] * HIDDEN
w_out = random_matrix(HIDDEN, OUTPUTS)
b_out = [0.0] * OUTPUTS


def vec_mat(v, M, b):
    return [b[c] + sum(v[r] * M[r][c] for r in range(len(v))) for c in range(len(b))]


def softmax(z):
    top = max(z)
    e = [math.exp(a - top) for a in z]
    s = sum(e)
    return [a / s for a in e]


def forward(x):
    hid = [1 / (1 + math.exp(-a)) for a in vec_mat(x, w_in, b_hid)]
    return hid, softmax(vec_mat(hid, w_out, b_out))


def train_one(x, label):
    hid, prob = forward(x)
    target = [1.0 if k == label else 0.0 for k in range(OUTPUTS)]
    d_out = [prob[k] - target[k] for k in range(OUTPUTS)]
    d_hid = []
    for j in range(HIDDEN):
        back = sum(w_out[j][k] * d_out[k] for k in range(OUTPUTS))
        d_hid.append(back * hid[j] * (1 - hid[j]))

    for j in range(HIDDEN):
        for k in range(OUTPUTS):
            w_out[j][k] -= LEARNING_RATE * hid[j] * d_out[k]
    for k in range(OUTPUTS):
        b_out[k] -= LEARNING_RATE * d_out[k]
    for i in range(INPUTS):
        for j in range(HIDDEN):
            w_in[i][j] -= LEARNING_RATE * x[i] * d_hid[j]
    for j in range(HIDDEN):
        b_hid[j] -= LEARNING_RATE * d_hid[j]
    return -math.log(prob[label] + 1e-15)


def noisy(bits):
    return [b + random.gauss(0, 0.1) for b in bits]


for epoch in range(1, 1501):
    order = list(range(10))
    random.shuffle(order)
    loss = sum(train_one(noisy(digits[d]), d) for d in order) / 10
    if epoch % 150 == 0 or epoch == 1:
        print("epoch", epoch, "loss %.4f" % loss)

for d in range(10):
    p = forward(digits[d])[1]
    print(d, "recognized as", p.index(max(p)), "(%.2f)" % max(p))
