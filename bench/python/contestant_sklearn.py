"""scikit-learn's MLPClassifier, batch by batch through partial_fit."""
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

import inputs

warnings.filterwarnings("ignore")


class Contestant:
    def __init__(self, threads):
        self.description = f"scikit-learn {sklearn.__version__}, {threads} BLAS thread{'s' if threads > 1 else ''}, {inputs.blas()}"

    def open(self, work):
        kinds = {"train": Training, "infer": Inference, "epoch": Epoch}
        if work["kind"] not in kinds:
            raise ValueError("does not offer this: " + work["kind"])
        return kinds[work["kind"]](work)


class Network:
    def __init__(self, work):
        self.classes = np.arange(work["sizes"][-1])
        if len(self.classes) == 2:
            raise ValueError("gives two classes one output, which is another network")
        self.initial = inputs.layers(work)
        self.optimizer = work.get("optimizer", "sgd")
        self.batch, self.hidden, self.ins = work["batch"], tuple(work["sizes"][1:-1]), work["sizes"][0]

    def reset(self):
        self.model = MLPClassifier(
            self.hidden, activation="relu", solver=self.optimizer, alpha=0, batch_size=self.batch,
            momentum=0, nesterovs_momentum=False, learning_rate_init=1e-3, random_state=1,
        )
        # The first call makes the weights, and takes a step; then both are set right.
        self.model.partial_fit(np.zeros((self.batch, self.ins), np.float32), np.zeros(self.batch, int), self.classes)
        for place, (w, b) in enumerate(self.initial):
            self.model.coefs_[place][...] = w
            self.model.intercepts_[place][...] = b
        optimizer = self.model._optimizer
        if self.optimizer == "adam":
            optimizer.t = 0
            for moment in (*optimizer.ms, *optimizer.vs):
                moment[...] = 0

    def set_rate(self, rate):
        self.model._optimizer.learning_rate_init = self.model._optimizer.learning_rate = rate


class Training(Network):
    def __init__(self, work):
        super().__init__(work)
        self.x = inputs.floats(work, "x", (work["batch"], work["sizes"][0]))
        self.y = inputs.labels(work)

    def run(self, count, rate):
        self.set_rate(rate)
        for _ in range(count):
            self.model.partial_fit(self.x, self.y)

    def result(self):
        return float(self.model.loss_)


class Inference(Training):
    def run(self, count, _rate):
        for _ in range(count):
            self.probabilities = self.model.predict_proba(self.x)

    def result(self):
        return float(-np.log(self.probabilities[np.arange(len(self.y)), self.y]).mean())


class Epoch(Network):
    def __init__(self, work):
        super().__init__(work)
        self.x, self.y, self.rate = inputs.images(work), inputs.labels(work), work["learningRate"]

    def run(self, count, _rate):
        self.set_rate(self.rate)
        for _ in range(count):
            self.model.partial_fit(self.x, self.y)

    def result(self):
        return float(self.model.loss_)
