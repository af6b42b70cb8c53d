/**
 * Scripts in ordinary styles: in each of the faulty ones the fault is named at its line, in each of the right ones
 * nothing is. The fault's line is given by its text, so that a script can be read beside the table.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type CheckResult, check, type FindingKind } from '../index.ts'

const folder = (name: string) => fileURLToPath(new URL(`../fixtures/${name}/`, import.meta.url))
const AT_ONCE = 2
const LONG = 60_000

/** Checks that run side by side, a few at a time. */
const waiting: (() => void)[] = []
let running = 0
async function checked(path: string): Promise<CheckResult> {
  if (running >= AT_ONCE) await new Promise<void>((go) => void waiting.push(go))
  running++
  try {
    return await check(path)
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** Script, kind, the text of the line that is named, and the line of the fix where one is shown. */
type Row = readonly [script: string, kind: FindingKind, line: string, fix?: string]

const LOOP: readonly Row[] = [
  ['stale-class', 'stale-weights', 'd2 = d3 @ self.w3.T * (1 - a2 ** 2)'],
  ['stale-columns', 'stale-weights', 'dZ1 = p["W2"].T.dot(dZ2) * (1 - A1 ** 2)'],
  ['stale-plain', 'stale-weights', 'dh = delta * output[j] * h[j] * (1 - h[j])'],
  ['accumulate-dict', 'accumulator-not-reset', 'grad["2"] += h.T @ e / len(X)', 'grad["2"] = h.T @ e / len(X)'],
  ['accumulate-layers', 'accumulator-not-reset', 'self.dw += self.x.T @ g', 'self.dw = self.x.T @ g'],
  ['accumulate-units', 'accumulator-not-reset', 'share += slopes[o] * top[o][u]', 'share = 0.0'],
  ['accumulate-adagrad', 'accumulator-not-reset', 'pull = np.zeros_like(rows)', 'pull = np.zeros_like(rows)'],
  [
    'accumulate-epoch',
    'accumulator-not-reset',
    'sums = [zeros_like(layer) for layer in (low, top)]',
    'sums = [zeros_like(layer) for layer in (low, top)]',
  ],
  ['accumulate-clipped', 'accumulator-not-reset', 'self.pulls = [np.zeros_like(w) for w in self.weights]'],
  [
    'accumulate-global',
    'accumulator-not-reset',
    'slopes = {"W": np.zeros_like(W), "b": np.zeros_like(b), "V": np.zeros_like(V), "c": np.zeros_like(c)}',
  ],
  ['accumulate-uncalled', 'accumulator-not-reset', 'g = layer.backward(g)'],
  ['reset-seldom', 'accumulator-not-reset', 'neuron.zero_grad()'],
  ['repeated-rows', 'overwritten-sum', 'E[words] -= rate * dE', 'np.subtract.at(E, words, rate * dE)'],
  ['policy-climbs', 'sign', 'kept += 0.2 * change', 'kept -= 0.2 * change'],
  ['target-times-slope', 'parentheses', 'error = out - wanted * out * (1 - out)'],
  ['graph-not-zeroed', 'accumulator-not-reset', 'loss.run()'],
  ['bias-flat', 'broadcast', 'shift = np.full(units, 0.1)', 'shift = np.full(units, 0.1).reshape(-1, 1)'],
  ['lost-keepdims', 'broadcast', 'd_b = d_A.sum(axis=1)', 'd_b = d_A.sum(axis=1, keepdims=True)'],
  ['lost-axis', 'reduction-axis', 'd_b = d_A.sum(axis=0, keepdims=True)', 'd_b = d_A.sum(axis=1, keepdims=True)'],
  ['dropped-head', 'overwritten-sum', 'd_a = d_kind @ P["V"].T', 'd_a += d_kind @ P["V"].T'],
  ['alias-old', 'aliased-array', 'W2_old = W2', 'W2_old = W2.copy()'],
  ['alias-rows', 'aliased-array', 'g1 = [[0.0] * 3] * n_hidden', 'g1 = [[0.0] * 3 for _ in range(n_hidden)]'],
  [
    'alias-list',
    'aliased-array',
    'B = [np.zeros((1, 5))] * 2 + [np.zeros((1, 1))]',
    'B = [np.zeros((1, 5)) for _ in range(2)] + [np.zeros((1, 1))]',
  ],
  ['alias-best', 'aliased-array', 'best = list(weights)', 'best = [v.copy() for v in weights]'],
  ['alias-moments', 'aliased-array', 'self.first, self.second = blank, blank'],
  [
    'alias-memory',
    'aliased-array',
    'means = spreads = [np.zeros_like(layer[k]) for layer in (first, last) for k in layer]',
  ],
  ['alias-units', 'aliased-array', 'low = [one for _ in range(4)]', 'low = [Unit(2) for _ in range(4)]'],
  ['alias-layers', 'aliased-array', 'layers = [Layer(3, 6), *[Layer(6, 6)] * 2, Layer(6, 1)]'],
  ['alias-compared', 'aliased-array', 'before_A = slope_A', 'before_A = slope_A.copy()'],
  [
    'kept-in-place',
    'aliased-array',
    'h[:] = np.tanh(series[:, t] @ U + h @ W)',
    'h = np.tanh(series[:, t] @ U + h @ W)',
  ],
  ['kept-augmented', 'aliased-array', 'h *= keep'],
  ['never-last-only', 'never-updated', 'weights[l] -= 1.0 * grads[l]'],
  ['never-first', 'never-updated', 'V_in = rng.normal(0, 0.6, (5, 4))'],
  ['never-threshold', 'never-updated', 'slip = guess - wanted'],
  ['never-list', 'never-updated', 'pull = [(o[k] - t[k]) * o[k] * (1 - o[k]) for k in range(2)]'],
  ['never-moves', 'never-updated', 'U = U - rate * gU'],
  ['never-class', 'never-updated', 'self.b2 -= lr * p.sum(0)'],
  ['copy-zip', 'lost-update', 'p = p - 0.2 * g', 'p -= 0.2 * g'],
  ['copy-standardised', 'lost-update', 'w = w + v', 'w += v'],
  ['lost-memory', 'lost-update', 'mean = 0.95 * mean + 0.05 * slope**2', 'mean[...] = 0.95 * mean + 0.05 * slope**2'],
  ['copy-function', 'lost-update', 'a -= rate * g["a"]'],
  ['shuffle-apart', 'shuffled-apart', 'np.random.shuffle(y)'],
  ['shuffle-inputs', 'shuffled-apart', 'inputs = inputs[order]'],
  ['shuffle-lists', 'shuffled-apart', 'random.shuffle(ts)'],
  ['shuffle-classes', 'shuffled-apart', 'random.shuffle(kinds)'],
  ['shuffle-labels', 'shuffled-apart', 'np.random.shuffle(kind)'],
  ['shuffle-computed', 'shuffled-apart', 'rng.shuffle(wanted)'],
  ['shuffle-one-hot', 'shuffled-apart', 'rows = rows[order]'],
  ['shuffle-twice', 'shuffled-apart', 'mixed, labels = seen[order], wanted[rng.permutation(90)]'],
  ['shuffle-indices', 'shuffled-apart', 'rows = points[np.random.permutation(120)]'],
  ['shuffle-windows', 'shuffled-apart', 'inputs, goals = X[rng.permutation(n)], Y[rng.permutation(n)]'],
  ['shuffle-picked', 'shuffled-apart', 'points = points[order]'],
  [
    'methods-in-turn',
    'optimiser',
    "p[k] -= lr * s['m' + k] / (1 - b1 ** s['t']) / (s['v' + k] / (1 - b2 ** s['t']) + 1e-8)",
  ],
  ['clip-inverted', 'optimiser', 'factor = length / limit', 'factor = limit / length'],
  [
    'root-one',
    'optimiser',
    'low -= 0.02 * d_low / (seen_low + 1e-7)',
    'low -= 0.02 * d_low / (np.sqrt(seen_low) + 1e-7)',
  ],
  ['climb-one', 'sign', 'bias_2 += 0.3 * db2', 'bias_2 -= 0.3 * db2'],
  ['twice-output', 'extra-activation-derivative', 'back = (p - t) / len(X) * p * (1 - p)'],
  ['error-not-trained', 'missing-activation-derivative', 'd_end = (end - wanted) / len(data)'],
  ['climb-rate', 'sign', 'speed = -0.4', 'speed = 0.4'],
  ['error-reshaped', 'sign', 'off = y - d.reshape(-1, 1)', 'off = d.reshape(-1, 1) - y'],
  ['changed-by-method', 'aliased-array', 'slope = hidden.each(lambda v: 1 - v * v)'],
  ['truth-values', 'integer-truncation', 'spread = np.zeros_like(winner)'],
  ['squares-clipped', 'optimiser', 'memory[name] = g * g', 'memory[name] += g * g'],
  ['stops-by-mean', 'stopping-test', 'if abs(error.mean()) < 0.01:', 'if abs(error).mean() < 0.01:'],
  ['held-out-slope', 'missing-activation-derivative', 'inner = back @ B.T'],
  ['mask-of-gradient', 'wrong-activation-derivative', 'd_bent[d_bent <= 0] = 0', 'd_bent[bent <= 0] = 0'],
  ['mask-at-zero', 'wrong-activation-derivative', 'dl[lit < 0] = 0', 'dl[lit <= 0] = 0'],
  ['slope-for-both', 'wrong-activation-derivative', 'return bend(s) * (1 - bend(s))'],
  ['bias-of-targets', 'wrong-operand', 'grads["b2"] = np.sum(wanted, axis=0, keepdims=True) / len(inputs)'],
  ['words-climb', 'sign', 'inner[c] += rate * back', 'inner[c] -= rate * back'],
  ['reset-before', 'accumulator-not-reset', 'cell.clear()'],
  ['mask-turned', 'wrong-activation-derivative', 'out[before > 0] = 0', 'out[before < 0] = 0'],
  ['slope-function', 'wrong-activation-derivative', 'return sig(s) * (1 - sig(s))', 'return s * (1 - s)'],
  ['pieces-sum', 'sign', 'lift -= 0.2 * d_lift'],
  ['penalty-missing', 'regularisation', 'slope = inputs.T @ error'],
  ['penalty-twice', 'regularisation', 'B -= rate * (dB + 2 * decay * B)'],
  ['penalty-grows', 'regularisation', 'W = W - 0.4 * (gW - 0.005 * W)', 'W = W - 0.4 * (gW + 0.005 * W)'],
  ['stop-any', 'stopping-test', 'if np.any(np.abs(miss) < tolerance):', 'if np.all(np.abs(miss) < tolerance):'],
  ['stop-signed', 'stopping-test', 'while error > 0.02 and rounds < 5000:'],
  ['stop-difference', 'stopping-test', 'if loss - before < 1e-9:', 'if abs(loss - before) < 1e-9:'],
  ['best-from-zero', 'stopping-test', 'lowest, idle = 0.0, 0', "lowest, idle = float('inf'), 0"],
  ['stop-overwritten', 'stopping-test', 'former = cost', 'former = cost'],
  ['stop-overwritten-while', 'stopping-test', 'last = error'],
  ['stop-turned', 'stopping-test', 'if waited < patience:', 'if waited >= patience:'],
  ['best-turned', 'stopping-test', 'if value > self.lowest:', 'if value < self.lowest:'],
  ['penalty-value', 'regularisation', 'grad = points.T @ (back @ V.T * (1 - h ** 2)) + lam * np.sum(W ** 2)'],
  ['velocity-unwritten', 'optimiser', 'move = 0.9 * speed[name] - 0.05 * pull[name]'],
  [
    'tolerance-coarse',
    'stopping-test',
    'if before is not None and abs(before - cost) < 0.05:',
    'if before is not None and abs(before - cost) < 0.000005:',
  ],
  ['stop-before', 'stopping-test', 'error = 0.0  # set in the loop', "error = float('inf')  # set in the loop"],
  ['integer-pixels', 'integer-truncation', 'inputs = pixels // 255'],
  ['integer-weights', 'integer-truncation', 'W2 = np.array([[1], [-1], [2]])'],
  ['integer-gradient', 'integer-truncation', 'errors = np.zeros_like(X[:, 0])'],
  ['uint8-images', 'integer-overflow', 'X = (images - 128) / 128'],
  ['uint8-labels', 'integer-overflow', 'brightness = (pixels[0] + pixels[1]).reshape(1, -1) / 500.0'],
  ['broadcast-flat', 'broadcast', 'err = out - y'],
  ['broadcast-columns', 'broadcast', 'return np.mean((self.o - t) ** 2)'],
]

const SETUP: readonly Row[] = [
  ['equal-zeros', 'equal-initial-weights', 'W1 = np.zeros((3, 6))'],
  ['equal-literal', 'equal-initial-weights', '"B": np.zeros((6, 6)),'],
  ['zero-vector', 'equal-initial-weights', 'theta = np.zeros(6) * 0.1'],
  ['equal-lists', 'equal-initial-weights', 'w_hidden = [[0.5 for _ in range(3)] for _ in range(4)]'],
  ['saturated-weights', 'saturation', 'W1 = rng.randn(20, 15) * 30', 'W1 = (rng.randn(20, 15) * 30) * 0.02'],
  ['saturated-tanh', 'saturation', 'self.W = [rng.uniform(-25, 25, (n, m)) for m, n in zip(sizes[:-1], sizes[1:])]'],
  ['saturated-rectified', 'saturation', 'P[f"W{l}"] = rng.normal(size=(n, m)) * 20'],
  ['unscaled-yet-falling', 'unscaled-inputs', 'people = np.column_stack([age, income, rooms])'],
  ['unscaled-clipped', 'unscaled-inputs', 'table = np.column_stack([amount, year])'],
  [
    'unscaled-inputs',
    'unscaled-inputs',
    'X = np.column_stack([area, rooms, year])',
    'X = (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8)',
  ],
  [
    'unscaled-pixels',
    'unscaled-inputs',
    'images = np.clip(patterns[:, labels] * 0.5 + rng.randint(0, 128, (25, 90)), 0, 255)',
  ],
  ['lost-numbers', 'unscaled-inputs', 'homes = np.column_stack([square_metres, built])'],
  ['offset-inputs', 'unscaled-inputs', 'inputs = table / table.max()'],
  ['degrees', 'unscaled-inputs', 'x = angle'],
  ['logged-growing', 'logged-loss', 'total_loss = 0.0'],
  ['target-sigmoid', 'target-range', 'O = 1 / (1 + np.exp(-H @ B))'],
  ['target-relu', 'target-range', 'a2 = relu(z2)'],
  ['target-shares', 'target-range', 'bits = np.where(codes, 1.0, -1.0)'],
  ['unscaled-lists', 'unscaled-inputs', 'for column in range(1, 3):'],
  ['unscaled-thrown-away', 'unscaled-inputs', 'scaled(rows)', 'rows = scaled(rows)'],
  ['margin-labels', 'target-range', 'side = np.where(points[:, 0] * points[:, 1] > 0, 1, 0).reshape(-1, 1)'],
  ['target-layer', 'target-range', 'layers.append(Sigmoid())'],
  [
    'target-pictures',
    'target-range',
    'pictures = np.clip(frames * 200 + rng.integers(0, 56, frames.shape), 0, 255).astype(float)',
  ],
  ['rate-high', 'learning-rate', 'learning_rate = 3.0', 'learning_rate = 0.3'],
  ['rate-high-samples', 'learning-rate', 'net = Net(10, 0.9)', 'net = Net(10, 0.09)'],
  ['rate-high-pair', 'learning-rate', 'learning_rate, portion = 12.0, 15', 'learning_rate, portion = 1.2, 15'],
  ['rate-vanishes', 'learning-rate', 'pace = pace * 0.95'],
  ['rate-low', 'learning-rate', 'alpha = 0.000001'],
  ['rate-low-class', 'learning-rate', 'def __init__(self, d, h, k, lr=1e-6):'],
  ['linear-layers', 'no-nonlinearity', 'z2 = z1.dot(W2) + b2'],
  ['linear-lists', 'no-nonlinearity', 'y = sum(v * h for v, h in zip(second, hidden)) + offset'],
  ['dead-relu', 'dead-units', 'a1 = np.maximum(0, z1)'],
  ['dead-bias', 'dead-units', 'return z * self.mask'],
  ['logged-signed', 'logged-loss', 'cost = np.mean(Y - out)'],
  ['logged-sampled', 'logged-loss', 'loss += -math.log(p)'],
  ['logged-sum', 'logged-loss', 'error = off.sum() / len(rows)'],
  ['logged-likelihood', 'logged-loss', 'strata += y * math.log(p) + (1 - y) * math.log(1 - p)'],
  ['logged-half', 'logged-loss', 'loss = -np.mean(t * np.log(p))'],
]

function names(path: string, [, kind, line, fix]: Row, result: CheckResult): void {
  const lines = readFileSync(path, 'utf8').split('\n')
  const at = lines.findIndex((l) => l.trim() === line) + 1
  expect(at, `the fixture has the line: ${line}`).toBeGreaterThan(0)
  expect(result.verdict).toBe('faulty')
  const found = result.findings.find((f) => f.kind === kind && f.line === at)
  expect(
    result.findings.map((f) => `${f.kind} at ${f.line}`),
    'the findings',
  ).toContain(`${kind} at ${at}`)
  expect(found?.evidence.length).toBeGreaterThan(0)
  if (fix !== undefined) expect(found?.fix?.added.map((l) => l.trim())).toContain(fix)
}

describe('faults in the loop', () => {
  for (const row of LOOP) {
    const path = `${folder('loop')}${row[0]}.py`
    it.concurrent(`${row[0]}: ${row[1]}`, async () => names(path, row, await checked(path)), LONG)
  }
})

describe('faults in the set-up', () => {
  for (const row of SETUP) {
    const path = `${folder('setup')}${row[0]}.py`
    it.concurrent(`${row[0]}: ${row[1]}`, async () => names(path, row, await checked(path)), LONG)
  }
})

describe('right scripts', () => {
  for (const file of readdirSync(folder('right'))) {
    it.concurrent(
      `finds nothing in ${file}`,
      async () => {
        const result = await checked(`${folder('right')}${file}`)
        expect(result.findings).toEqual([])
        expect(result.verdict).toBe('clean')
        expect(result.parameters.every((p) => p.status === 'right')).toBe(true)
      },
      LONG,
    )
  }
})
