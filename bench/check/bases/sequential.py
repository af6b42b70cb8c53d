import numpy as np

np.random.seed(17)

ACTIVATIONS = {
    "tanh": np.tanh,
    "softplus": lambda z: np.log1p(np.exp(z)),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
}
DERIVATIVES = {
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "softplus": lambda z: 1 / (1 + np.exp(-z)),
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "linear": lambda z: np.ones(z.shape),
}


class MeanSquaredError:
    def value(self, y_true, y_pred):
        return np.mean(np.square(y_pred - y_true))

    def gradient(self, y_true, y_pred):
        return 2 * (y_pred - y_true) / y_true.size


class BinaryCrossentropy:
    def value(self, y_true, y_pred):
        return -np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))

    def gradient(self, y_true, y_pred):
        return (y_pred - y_true) / (y_pred * (1 - y_pred)) / y_true.size


class Sequential:
    def __init__(self):
        self.layers = []

    def add(self, units, activation, input_dim=None):
        n_in = input_dim or self.layers[-1]["b"].size
        W = np.random.normal(0, 1 / np.sqrt(n_in), (n_in, units))
        self.layers.append({"W": W, "b": np.zeros(units), "activation": activation})

    def compile(self, loss, learning_rate):
        self.loss = loss
        self.learning_rate = learning_rate

    def predict(self, x):
        for layer in self.layers:
            layer["x"] = x
            layer["z"] = x @ layer["W"] + layer["b"]
            layer["y"] = ACTIVATIONS[layer["activation"]](layer["z"])
            x = layer["y"]
        return x

    def train_on_batch(self, x, y):
        out = self.predict(x)
        loss_value = self.loss.value(y, out)
        grad = self.loss.gradient(y, out)
        for layer in reversed(self.layers):
            derivative = DERIVATIVES[layer["activation"]]
            delta = grad * derivative(layer["z"])
            layer["dW"] = layer["x"].T @ delta
            layer["db"] = delta.sum(axis=0)
            grad = delta @ layer["W"].T
        for layer in self.layers:
            layer["W"] = layer["W"] - self.learning_rate * layer["dW"]
            layer["b"] = layer["b"] - self.learning_rate * layer["db"]
        return loss_value

    def fit(self, x, y, epochs, batch_size):
        for epoch in range(epochs):
            history = [self.train_on_batch(x[i:i + batch_size], y[i:i + batch_size]) for i in range(0, len(x), batch_size)]
            if epoch % 20 == 0:
                print("Epoch {}/{} - loss: {:.4f}".format(epoch + 1, epochs, np.mean(history)))


samples = np.random.uniform(-1, 1, (48, 2))
targets = (np.abs(samples[:, :1]) + np.abs(samples[:, 1:]) < 0.8).astype(float)
model = Sequential()
model.add(8, "tanh", input_dim=2)
model.add(5, "softplus")
model.add(1, "sigmoid")
model.compile(loss=BinaryCrossentropy(), learning_rate=0.8)
model.fit(samples, targets, epochs=60, batch_size=16)
print("accuracy", np.mean((model.predict(samples) > 0.5) == targets))
