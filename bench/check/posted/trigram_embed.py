"""Tiny neural trigram language model (Bengio 2003 style): embed two words, predict the third."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Tuple

import numpy as np

TEXT = """the cat sat on the mat and the dog sat on the rug . the cat saw the dog and
the dog saw the cat . a bird sat on the tree and a cat saw the bird . the bird saw a cat
and the bird left the tree . the dog left the rug and sat on the mat . a dog saw a bird on
the rug and the cat left the mat . the bird sat on a mat and the dog saw the bird ."""

Params = Dict[str, np.ndarray]


@dataclass
class Adam:
    lr: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    t: int = 0
    m: Params = field(default_factory=dict)
    v: Params = field(default_factory=dict)

    def step(self, params: Params, grads: Params) -> None:
        self.t += 1
        for name, g in grads.items():
            m = self.m.get(name, np.zeros_like(g))
            v = self.v.get(name, np.zeros_like(g))
            m = self.beta1 * m + (1 - self.beta1) * g
            v = self.beta2 * v + (1 - self.beta2) * g ** 2
            self.m[name], self.v[name] = m, v
            m_hat = m / (1 - self.beta1 ** self.t)
            v_hat = v / (1 - self.beta2 ** self.t)
            params[name] -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@dataclass
class TrigramModel:
    vocab_size: int
    emb_dim: int = 6
    hidden: int = 16
    seed: int = 0
    params: Params = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        V, D, H = self.vocab_size, self.emb_dim, self.hidden
        self.params = {
            "E": 0.3 * rng.standard_normal((V, D)),
            "W1": rng.standard_normal((2 * D, H)) / np.sqrt(2 * D),
            "b1": np.zeros(H),
            "W2": rng.standard_normal((H, V)) / np.sqrt(H),
            "b2": np.zeros(V),
        }

    def forward(self, ctx: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        p = self.params
        x = p["E"][ctx].reshape(len(ctx), -1)          # (B, 2D)
        h = np.tanh(x @ p["W1"] + p["b1"])             # (B, H)
        logits = h @ p["W2"] + p["b2"]
        logits = logits - logits.max(axis=1, keepdims=True)
        probs = np.exp(logits)
        probs /= probs.sum(axis=1, keepdims=True)
        return x, h, probs

    def loss_and_grads(self, ctx: np.ndarray, target: np.ndarray) -> Tuple[float, Params]:
        p = self.params
        B = len(ctx)
        x, h, probs = self.forward(ctx)
        loss = -float(np.log(probs[np.arange(B), target]).mean())

        dlogits = probs.copy()
        dlogits[np.arange(B), target] -= 1.0
        dlogits /= B
        dz = (dlogits @ p["W2"].T) * (1.0 - h ** 2)
        dx = (dz @ p["W1"].T).reshape(B, 2, self.emb_dim)
        dE = np.zeros_like(p["E"])
        np.add.at(dE, ctx, dx)
        return loss, {
            "E": dE,
            "W1": x.T @ dz,
            "b1": dz.sum(axis=0),
            "W2": h.T @ dlogits,
            "b2": dlogits.sum(axis=0),
        }


def build_dataset(text: str) -> Tuple[np.ndarray, np.ndarray, list[str]]:
    words = text.split()
    vocab = sorted(set(words))
    ids = np.array([vocab.index(w) for w in words])
    ctx = np.stack([ids[:-2], ids[1:-1]], axis=1)
    return ctx, ids[2:], vocab


def main() -> None:
    ctx, target, vocab = build_dataset(TEXT)
    model, opt = TrigramModel(len(vocab)), Adam(lr=0.01)
    rng = np.random.default_rng(1)
    for epoch in range(151):
        order = rng.permutation(len(ctx))
        losses = []
        for start in range(0, len(order), 32):
            batch = order[start:start + 32]
            loss, grads = model.loss_and_grads(ctx[batch], target[batch])
            opt.step(model.params, grads)
            losses.append(loss)
        if epoch % 30 == 0:
            print(f"epoch {epoch:4d}  perplexity {np.exp(np.mean(losses)):.3f}")
    for a, b in [("sat", "on"), ("the", "dog"), ("left", "the")]:
        probs = model.forward(np.array([[vocab.index(a), vocab.index(b)]]))[2][0]
        best = probs.argsort()[::-1][:3]
        print(a, b, "->", ", ".join(f"{vocab[i]} ({probs[i]:.2f})" for i in best))


if __name__ == "__main__":
    main()
