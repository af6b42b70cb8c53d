# my first neural net, no libraries
# 2 inputs -> 3 hidden -> 1 output, learning XOR
import math
import random

random.seed(8)

def sig(x):
    return 1 / (1 + math.exp(-x))

# inputs and the answer
data = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]

# weights input -> hidden  (a = from first input, b = from second input)
a1 = random.uniform(-1, 1)
a2 = random.uniform(-1, 1)
a3 = random.uniform(-1, 1)
b1 = random.uniform(-1, 1)
b2 = random.uniform(-1, 1)
b3 = random.uniform(-1, 1)
# bias of the hidden ones
c1 = c2 = c3 = 0.0
# hidden -> output
v1 = random.uniform(-1, 1)
v2 = random.uniform(-1, 1)
v3 = random.uniform(-1, 1)
vb = 0.0

lr = 0.5

for epoch in range(100001):
    for x1, x2, target in data:
        # forward
        h1 = sig(a1 * x1 + b1 * x2 + c1)
        h2 = sig(a2 * x1 + b2 * x2 + c2)
        h3 = sig(a3 * x1 + b3 * x2 + c3)
        out = sig(v1 * h1 + v2 * h2 + v3 * h3 + vb)

        # backward
        d_out = 2 * (out - target) * out * (1 - out)
        d1 = d_out * v1 * h1 * (1 - h1)
        d2 = d_out * v2 * h2 * (1 - h2)
        d3 = d_out * v3 * h3 * (1 - h3)

        # update
        v1 -= lr * d_out * h1
        v2 -= lr * d_out * h2
        v3 -= lr * d_out * h3
        vb -= lr * d_out
        a1 -= lr * d1 * x1
        a2 -= lr * d2 * x1
        a3 -= lr * d3 * x1
        b1 -= lr * d1 * x2
        b2 -= lr * d2 * x2
        b3 -= lr * d3 * x2
        c1 -= lr * d1
        c2 -= lr * d2
        c3 -= lr * d3

# did it learn?
print("results after", epoch, "epochs:")
for x1, x2, target in data:
    h1 = sig(a1 * x1 + b1 * x2 + c1)
    h2 = sig(a2 * x1 + b2 * x2 + c2)
    h3 = sig(a3 * x1 + b3 * x2 + c3)
    out = sig(v1 * h1 + v2 * h2 + v3 * h3 + vb)
    print(x1, x2, "->", round(out, 3), "should be", target)
