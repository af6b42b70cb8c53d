import numpy as np


def softmax(s, axis):
    e = np.exp(s - np.max(s, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


# attention pooling over a set of vectors: energy_i = va . tanh(Wa x_i), context = sum_i alpha_i x_i, then a linear classifier
generator = np.random.default_rng(2015)
n_sets, n_items, dim, units, classes = 24, 4, 3, 5, 3
X = generator.normal(size=(n_sets, n_items, dim))
key = np.argmax(X[:, :, 2], axis=1)                     # the item with the largest last coordinate decides
labels = np.digitize(X[np.arange(n_sets), key, 0], [-0.4, 0.4])

Wa = generator.normal(scale=0.6, size=(dim, units))
va = generator.normal(scale=0.6, size=units)
Wc = generator.normal(scale=0.4, size=(dim, classes))
bc = np.zeros(classes)
onehot = np.eye(classes)[labels]
lr = 0.6

for epoch in range(250):
    pre = np.einsum("nid,du->niu", X, Wa)
    t = np.tanh(pre)
    energy = t @ va
    alpha = softmax(energy, axis=1)
    context = np.einsum("ni,nid->nd", alpha, X)
    probs = softmax(context @ Wc + bc, axis=1)
    loss = -np.sum(onehot * np.log(probs)) / n_sets

    d_logits = (probs - onehot) / n_sets
    d_Wc = context.T @ d_logits
    d_bc = np.sum(d_logits, axis=0)
    d_context = d_logits @ Wc.T
    d_alpha = np.einsum("nd,nid->ni", d_context, X)
    d_energy = alpha * (d_alpha - np.sum(alpha * d_alpha, axis=1, keepdims=True))
    d_va = np.einsum("ni,niu->u", d_energy, t)
    d_t = d_energy[:, :, None] * va
    d_pre = d_t * (1 - t ** 2)
    d_Wa = np.einsum("nid,niu->du", X, d_pre)

    Wa, va = Wa - lr * d_Wa, va - lr * d_va
    Wc, bc = Wc - lr * d_Wc, bc - lr * d_bc
    if epoch % 50 == 0:
        print(f"{epoch:3d}: loss {loss:.4f}, hits {np.mean(probs.argmax(axis=1) == labels):.2f}")
