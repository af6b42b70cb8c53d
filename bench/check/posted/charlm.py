"""Character model with a vanilla recurrent net, truncated BPTT, Adagrad."""
from typing import Dict, Iterator, List, Tuple

import numpy as np

TEXT = (
    "the miller grinds the morning grain, the baker bakes the evening bread, "
    "the sailor waits for wind and rain, the shepherd counts his sheep instead. "
    "the river runs below the mill, the oven glows, the harbour sleeps, "
    "and one white lamb upon the hill is all the count the shepherd keeps. "
)

Params = Dict[str, np.ndarray]


class Vocabulary:
    def __init__(self, text: str) -> None:
        self.symbols: List[str] = sorted(set(text))
        self.index = {c: i for i, c in enumerate(self.symbols)}

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> List[int]:
        return [self.index[c] for c in text]

    def decode(self, ids: List[int]) -> str:
        return "".join(self.symbols[i] for i in ids)


class CharRNN:
    def __init__(self, vocab: int, hidden: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.hidden = hidden
        self.params: Params = {
            "U": rng.normal(0, 0.1, (hidden, vocab)),    # input  -> state
            "W": rng.normal(0, 0.1, (hidden, hidden)),   # state  -> state
            "V": rng.normal(0, 0.1, (vocab, hidden)),    # state  -> scores
            "b": np.zeros(hidden),
            "c": np.zeros(vocab),
        }

    def run(self, xs: List[int], state: np.ndarray) -> Tuple[List[np.ndarray], List[np.ndarray]]:
        """states[0] is the state handed in, states[t + 1] the one after xs[t]."""
        p = self.params
        states, probs = [state], []
        for x in xs:
            states.append(np.tanh(p["U"][:, x] + p["W"] @ states[-1] + p["b"]))
            score = p["V"] @ states[-1] + p["c"]
            e = np.exp(score - score.max())
            probs.append(e / e.sum())
        return states, probs

    def loss_and_grads(self, xs, ys, state):
        p = self.params
        states, probs = self.run(xs, state)
        loss = -sum(np.log(probs[t][y]) for t, y in enumerate(ys))
        grads = {k: np.zeros_like(v) for k, v in p.items()}
        carry = np.zeros(self.hidden)
        for t in reversed(range(len(xs))):
            dscore = probs[t].copy()
            dscore[ys[t]] -= 1.0
            grads["V"] += np.outer(dscore, states[t + 1])
            grads["c"] += dscore
            dstate = p["V"].T @ dscore + carry
            dpre = (1.0 - states[t + 1] ** 2) * dstate
            grads["U"][:, xs[t]] += dpre
            grads["W"] += np.outer(dpre, states[t])
            grads["b"] += dpre
            carry = p["W"].T @ dpre
        return loss, grads, states[-1]

    def sample(self, start: int, length: int, rng: np.random.Generator) -> List[int]:
        state, out = np.zeros(self.hidden), [start]
        for _ in range(length):
            states, probs = self.run([out[-1]], state)
            state = states[-1]
            out.append(int(rng.choice(len(probs[0]), p=probs[0])))
        return out


class Adagrad:
    def __init__(self, params: Params, lr: float, clip: float = 5.0) -> None:
        self.params, self.lr, self.clip = params, lr, clip
        self.memory = {k: np.zeros_like(v) for k, v in params.items()}

    def step(self, grads: Params) -> None:
        for name, g in grads.items():
            g = np.clip(g, -self.clip, self.clip)
            self.memory[name] += g * g
            self.params[name] -= self.lr * g / (np.sqrt(self.memory[name]) + 1e-8)


def windows(ids: List[int], length: int) -> Iterator[Tuple[bool, List[int], List[int]]]:
    """Endless windows over the text; the flag says that the text starts over."""
    while True:
        for start in range(0, len(ids) - length, length):
            yield start == 0, ids[start:start + length], ids[start + 1:start + length + 1]


def main() -> None:
    vocab = Vocabulary(TEXT)
    model = CharRNN(len(vocab), hidden=56, seed=3)
    optimiser = Adagrad(model.params, lr=0.07)
    smooth = None
    for step, (fresh, xs, ys) in enumerate(windows(vocab.encode(TEXT), 18)):
        if fresh:
            state = np.zeros(model.hidden)
        loss, grads, state = model.loss_and_grads(xs, ys, state)
        optimiser.step(grads)
        per_char = loss / len(xs)
        smooth = per_char if smooth is None else 0.98 * smooth + 0.02 * per_char
        if step % 400 == 0:
            print(f"{step:5d}  loss per character {smooth:.3f}")
        if step == 2400:
            break
    print(vocab.decode(model.sample(vocab.index["t"], 150, np.random.default_rng(1))))


if __name__ == "__main__":
    main()
