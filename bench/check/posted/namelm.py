import numpy as np

NAMES = """anna bella carla daniela elena fiona gabriella hanna isabella johanna karla
laura maria nora olivia paula rosa sara tara ursula viola wilma adam bruno carlo david
emil felix georg hugo ivan jakob karl leon martin nico oscar peter robin simon thomas
victor walter mia lea lena lisa nina eva ida ella emma sofia clara diana irina marina
arno arthur benno boris conrad denis erik frank gustav henrik igor julian konrad lukas""".split()

BLOCK = 3      # how many characters of context
EMB = 8
HID = 64
stoi = {c: i + 1 for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")}
stoi["."] = 0
itos = {i: c for c, i in stoi.items()}
V = len(stoi)


def build(names):
    xs, ys = [], []
    for w in names:
        ctx = [0] * BLOCK
        for ch in w + ".":
            xs.append(list(ctx))
            ys.append(stoi[ch])
            ctx = ctx[1:] + [stoi[ch]]
    return np.array(xs), np.array(ys)


def init(seed=1337):
    g = np.random.default_rng(seed)
    return {
        "C": g.normal(size=(V, EMB)),                                  # embedding table
        "W1": g.normal(size=(BLOCK * EMB, HID)) / (BLOCK * EMB) ** 0.5,
        "b1": g.normal(size=HID) * 0.01,
        "W2": g.normal(size=(HID, V)) * 0.05,
        "b2": np.zeros(V),
    }


def forward(P, x):
    emb = P["C"][x].reshape(len(x), -1)          # (N, BLOCK*EMB)
    pre = emb @ P["W1"] + P["b1"]
    h = np.tanh(pre)
    logits = h @ P["W2"] + P["b2"]
    logits -= logits.max(1, keepdims=True)
    probs = np.exp(logits)
    probs /= probs.sum(1, keepdims=True)
    return emb, pre, h, probs


def loss_and_grads(P, x, y):
    N = len(x)
    emb, pre, h, probs = forward(P, x)
    loss = -np.log(probs[np.arange(N), y]).mean()

    dlogits = probs
    dlogits[np.arange(N), y] -= 1
    dlogits /= N
    dh = dlogits @ P["W2"].T
    dpre = dh * (1 - h ** 2)
    demb = (dpre @ P["W1"].T).reshape(N, BLOCK, EMB)
    dC = np.zeros_like(P["C"])
    np.add.at(dC, x, demb)
    return loss, {
        "C": dC,
        "W1": emb.T @ dpre, "b1": dpre.sum(0),
        "W2": h.T @ dlogits, "b2": dlogits.sum(0),
    }


def sample(P, g):
    ctx, out = [0] * BLOCK, ""
    while len(out) < 15:
        p = forward(P, np.array([ctx]))[-1][0]
        k = g.choice(V, p=p)
        if k == 0:
            break
        out += itos[k]
        ctx = ctx[1:] + [k]
    return out


if __name__ == "__main__":
    X, Y = build(NAMES)
    P = init()
    g = np.random.default_rng(0)
    lossi = []
    for step in range(4000):
        b = g.integers(0, len(X), 64)
        loss, G = loss_and_grads(P, X[b], Y[b])
        lr = 0.2 if step < 3000 else 0.05
        for k in P:
            P[k] -= lr * G[k]
        lossi.append(loss)
        if step % 500 == 0:
            print(f"{step:5d}: {loss:.4f}")
    print("mean loss of the last 200 steps", np.mean(lossi[-200:]))
    print([sample(P, g) for _ in range(10)])
