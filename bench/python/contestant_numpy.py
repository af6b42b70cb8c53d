"""A network as one writes it by hand in NumPy, in f32, with the buffers of the update kept."""
import numpy as np

import inputs


class Contestant:
    def __init__(self, threads):
        self.description = f"NumPy {np.__version__}, {threads} BLAS thread{'s' if threads > 1 else ''}, {inputs.blas()}"

    def open(self, work):
        kinds = {"train": Training, "infer": Inference, "product": Product, "stream": Stream, "epoch": Epoch}
        return kinds[work["kind"]](work)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Network:
    def __init__(self, work):
        self.initial = [value for layer in inputs.layers(work) for value in layer]
        self.optimizer = work.get("optimizer")

    def reset(self):
        self.parameters = [value.copy() for value in self.initial]
        self.m = [np.zeros_like(value) for value in self.initial]
        self.v = [np.zeros_like(value) for value in self.initial]
        self.taken = 0

    def forward(self, x):
        activations = [x]
        pairs = list(zip(self.parameters[::2], self.parameters[1::2]))
        for i, (w, b) in enumerate(pairs):
            z = activations[-1] @ w + b
            activations.append(np.maximum(z, 0) if i < len(pairs) - 1 else z)
        return activations

    def step(self, x, y, rate):
        activations = self.forward(x)
        p = softmax(activations[-1])
        rows = np.arange(len(y))
        loss = -np.log(p[rows, y]).mean()
        p[rows, y] -= 1
        g = p / np.float32(len(y))
        gradients = []
        for i in reversed(range(len(self.parameters) // 2)):
            gradients[:0] = [activations[i].T @ g, g.sum(axis=0)]
            if i > 0:
                g = (g @ self.parameters[2 * i].T) * (activations[i] > 0)
        self.update(gradients, rate)
        return loss

    def update(self, gradients, rate):
        self.taken += 1
        if self.optimizer == "sgd":
            for w, g in zip(self.parameters, gradients):
                w -= np.float32(rate) * g
            return
        size = np.float32(rate / (1 - 0.9**self.taken))
        correction = np.float32(1 / (1 - 0.999**self.taken) ** 0.5)
        for w, g, m, v in zip(self.parameters, gradients, self.m, self.v):
            m *= np.float32(0.9)
            m += np.float32(0.1) * g
            v *= np.float32(0.999)
            v += np.float32(0.001) * (g * g)
            w -= size * m / (np.sqrt(v) * correction + np.float32(1e-8))


class Training(Network):
    def __init__(self, work):
        super().__init__(work)
        self.x = inputs.floats(work, "x", (work["batch"], work["sizes"][0]))
        self.y = inputs.labels(work)

    def run(self, count, rate):
        for _ in range(count):
            self.loss = self.step(self.x, self.y, rate)

    def result(self):
        return float(self.loss)


class Inference(Training):
    def run(self, count, _rate):
        for _ in range(count):
            self.probabilities = softmax(self.forward(self.x)[-1])

    def result(self):
        return float(-np.log(self.probabilities[np.arange(len(self.y)), self.y]).mean())


class Product:
    def __init__(self, work):
        rows, inner, columns = work["rows"], work["inner"], work["columns"]
        self.a, self.b = inputs.floats(work, "x", (rows, inner)), inputs.floats(work, "w0", (inner, columns))
        self.c = np.empty((rows, columns), np.float32)

    def reset(self):
        pass

    def run(self, count, _rate):
        for _ in range(count):
            np.matmul(self.a, self.b, out=self.c)

    def result(self):
        return float(self.c[0].sum(dtype=np.float64))


class Stream:
    """In place, with buffers kept, which is the least that NumPy moves."""

    def __init__(self, work):
        count, pattern = work["count"], work["pattern"]
        if pattern == "copy":
            raise ValueError("does not offer this: copy")
        self.initial = [inputs.floats(work, f"w{i}", count) for i in range(2 if pattern == "triad" else 4)]
        self.run_once = self.triad if pattern == "triad" else self.update
        self.buffers = [np.empty(count, np.float32) for _ in range(2)]

    def reset(self):
        self.arrays = [values.copy() for values in self.initial]

    def triad(self):
        a, b = self.arrays
        self.written = np.multiply(b, inputs.SCALE, out=self.buffers[0])
        self.written += a

    def update(self):
        w, m, v, g = self.arrays
        s, t = self.buffers
        m *= inputs.BETA1
        m += np.multiply(g, 1 - inputs.BETA1, out=s)
        v *= inputs.BETA2
        np.multiply(g, g, out=s)
        s *= 1 - inputs.BETA2
        v += s
        np.sqrt(v, out=s)
        s *= inputs.CORRECTION
        s += inputs.EPSILON
        np.multiply(m, inputs.STEP_SIZE, out=t)
        t /= s
        w -= t
        self.written = w

    def run(self, count, _rate):
        for _ in range(count):
            self.run_once()

    def result(self):
        return float(self.written[0])


class Epoch(Network):
    def __init__(self, work):
        super().__init__(work)
        self.x, self.y, self.batch, self.rate = inputs.images(work), inputs.labels(work), work["batch"], work["learningRate"]

    def run(self, count, _rate):
        for _ in range(count):
            order, total = np.random.default_rng(1).permutation(len(self.y)), 0.0
            for start in range(0, len(order), self.batch):
                rows = order[start : start + self.batch]
                total += float(self.step(self.x[rows], self.y[rows], self.rate)) * len(rows)
            self.mean = total / len(order)

    def result(self):
        return self.mean
