import numpy as np

text = "she sells sea shells by the sea shore and the shells she sells are sea shells for sure "
letters = sorted(set(text))
code = {ch: k for k, ch in enumerate(letters)}
V, H, T = len(letters), 10, 8


class RNN:
    def __init__(self, seed):
        r = np.random.RandomState(seed)
        self.Wx = r.randn(V, H) / np.sqrt(V)
        self.Wh = r.randn(H, H) / np.sqrt(H)
        self.bh = np.zeros(H)
        self.Wo = r.randn(H, V) / np.sqrt(H)
        self.bo = np.zeros(V)

    def weights(self):
        return [self.Wx, self.Wh, self.bh, self.Wo, self.bo]

    def step(self, x, y):
        """x, y: (batch, T) letters and the letters that follow; one pass forward and back through time"""
        n = x.shape[0]
        hs = [np.zeros((n, H))]
        probs, loss = [], 0.0
        for t in range(T):
            hs.append(np.tanh(self.Wx[x[:, t]] + hs[t] @ self.Wh + self.bh))
            logits = hs[t + 1] @ self.Wo + self.bo
            logits = logits - logits.max(axis=1, keepdims=True)
            p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            loss -= np.log(p[np.arange(n), y[:, t]]).mean() / T
            probs.append(p)

        grads = [np.zeros_like(w) for w in self.weights()]
        dWx, dWh, dbh, dWo, dbo = grads
        dh_next = np.zeros((n, H))
        for t in reversed(range(T)):
            dlogits = probs[t].copy()
            dlogits[np.arange(n), y[:, t]] -= 1
            dlogits /= n * T
            dWo += hs[t + 1].T @ dlogits
            dbo += dlogits.sum(axis=0)
            dh = dlogits @ self.Wo.T + dh_next
            da = dh * (1 - hs[t + 1] ** 2)
            np.add.at(dWx, x[:, t], da)
            dWh += hs[t].T @ da
            dbh += da.sum(axis=0)
            dh_next = da @ self.Wh.T
        return loss, grads


rnn = RNN(5)
starts = np.random.RandomState(6)
for it in range(120):
    at = starts.randint(0, len(text) - T - 1, size=6)
    x = np.array([[code[ch] for ch in text[a:a + T]] for a in at])
    y = np.array([[code[ch] for ch in text[a + 1:a + T + 1]] for a in at])
    loss, grads = rnn.step(x, y)
    for w, g in zip(rnn.weights(), grads):
        w -= 0.8 * np.clip(g, -1, 1)
    if it % 20 == 0:
        print(it, "bits per letter", loss / np.log(2))
