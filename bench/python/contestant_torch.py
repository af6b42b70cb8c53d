"""PyTorch as its users write it: modules, an optimiser, backward."""
import torch

import inputs


class Contestant:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        self.description = f"PyTorch {torch.__version__}, {threads} thread{'s' if threads > 1 else ''}, {inputs.blas()}"

    def open(self, work):
        kinds = {"train": Training, "infer": Inference, "product": Product, "stream": Stream, "epoch": Epoch}
        return kinds[work["kind"]](work)


class Network:
    def __init__(self, work):
        self.initial = inputs.layers(work)
        self.optimizer_name = work.get("optimizer")
        modules = []
        for w, _ in self.initial:
            modules += [torch.nn.Linear(*w.shape), torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.cross_entropy = torch.nn.CrossEntropyLoss()

    def reset(self):
        with torch.no_grad():
            for module, (w, b) in zip(self.model[::2], self.initial):
                module.weight.copy_(torch.from_numpy(w.T))
                module.bias.copy_(torch.from_numpy(b))
        make = torch.optim.SGD if self.optimizer_name == "sgd" else torch.optim.Adam
        self.optimizer = make(self.model.parameters(), lr=1e-3)

    def step(self, x, y):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.cross_entropy(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def set_rate(self, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate


class Training(Network):
    def __init__(self, work):
        super().__init__(work)
        self.x = torch.from_numpy(inputs.floats(work, "x", (work["batch"], work["sizes"][0])))
        self.y = torch.from_numpy(inputs.labels(work)).long()

    def run(self, count, rate):
        self.set_rate(rate)
        for _ in range(count):
            self.loss = self.step(self.x, self.y)

    def result(self):
        return self.loss.item()


class Inference(Training):
    def run(self, count, _rate):
        with torch.inference_mode():
            for _ in range(count):
                self.probabilities = torch.softmax(self.model(self.x), dim=1).numpy()

    def result(self):
        p = torch.from_numpy(self.probabilities)
        return -p[torch.arange(len(self.y)), self.y].log().mean().item()


class Product:
    def __init__(self, work):
        rows, inner, columns = work["rows"], work["inner"], work["columns"]
        self.a = torch.from_numpy(inputs.floats(work, "x", (rows, inner)))
        self.b = torch.from_numpy(inputs.floats(work, "w0", (inner, columns)))
        self.c = torch.empty(rows, columns)

    def reset(self):
        pass

    def run(self, count, _rate):
        for _ in range(count):
            torch.mm(self.a, self.b, out=self.c)

    def result(self):
        return self.c[0].double().sum().item()


class Stream:
    """In place where PyTorch offers it, as its optimisers do."""

    def __init__(self, work):
        count, pattern = work["count"], work["pattern"]
        if pattern == "copy":
            raise ValueError("does not offer this: copy")
        arrays = range(2 if pattern == "triad" else 4)
        self.initial = [torch.from_numpy(inputs.floats(work, f"w{i}", count)) for i in arrays]
        self.run_once = self.triad if pattern == "triad" else self.update
        self.c = torch.empty(count)

    def reset(self):
        self.arrays = [values.clone() for values in self.initial]

    def triad(self):
        a, b = self.arrays
        self.written = torch.add(a, b, alpha=inputs.SCALE, out=self.c)

    def update(self):
        w, m, v, g = self.arrays
        m.mul_(inputs.BETA1).add_(g, alpha=1 - inputs.BETA1)
        v.mul_(inputs.BETA2).addcmul_(g, g, value=1 - inputs.BETA2)
        torch.sqrt(v, out=self.c)
        self.c.mul_(inputs.CORRECTION).add_(inputs.EPSILON)
        w.addcdiv_(m, self.c, value=-inputs.STEP_SIZE)
        self.written = w

    def run(self, count, _rate):
        with torch.inference_mode():
            for _ in range(count):
                self.run_once()

    def result(self):
        return self.written[0].item()


class Epoch(Network):
    def __init__(self, work):
        super().__init__(work)
        self.x, self.y = torch.from_numpy(inputs.images(work)), torch.from_numpy(inputs.labels(work)).long()
        self.batch, self.rate = work["batch"], work["learningRate"]

    def run(self, count, _rate):
        self.set_rate(self.rate)
        for _ in range(count):
            order = torch.randperm(len(self.y), generator=torch.Generator().manual_seed(1))
            total = torch.zeros(())
            for rows in order.split(self.batch):
                total += self.step(self.x[rows], self.y[rows]).detach() * len(rows)
            self.mean = total.item() / len(order)

    def result(self):
        return self.mean
