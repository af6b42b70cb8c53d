/** A function that is right for one of its callers and wrong for another: the call is named, however deep it lies. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { check } from '../check.ts'

const SCRIPT = `import numpy as np

rng = np.random.default_rng(4)
X = rng.normal(size=(3, 30))
T = (X[:1] * X[1:2] > 0).astype(float)
W1, c1 = rng.normal(size=(5, 3)) * 0.7, np.zeros((5, 1))
W2, c2 = rng.normal(size=(1, 5)) * 0.7, np.zeros((1, 1))


def logistic(z):
    return 1 / (1 + np.exp(-z))


def through_logistic(dA, Z):
    s = logistic(Z)
    return dA * s * (1 - s)


def through_ramp(dA, Z):
    return dA * (Z > 0)


def through(dA, Z, below, shape):
    if shape == "logistic":
        dZ = through_logistic(dA, Z)
    elif shape == "ramp":
        dZ = through_ramp(dA, Z)
    return dZ @ below.T, dZ.sum(axis=1, keepdims=True), dZ


for step in range(200):
    Z1 = W1 @ X + c1
    A1 = np.maximum(Z1, 0)
    Z2 = W2 @ A1 + c2
    A2 = logistic(Z2)
    cost = np.sum((A2 - T) ** 2) / X.shape[1]
    gW2, gc2, dZ2 = through(2 * (A2 - T) / X.shape[1], Z2, A1, "logistic")
    gW1, gc1, dZ1 = through(W2.T @ dZ2, Z1, X, "ramp")
    W1, c1 = W1 - 0.3 * gW1, c1 - 0.3 * gc1
    W2, c2 = W2 - 0.3 * gW2, c2 - 0.3 * gc2
print(cost)
`

const folder = mkdtempSync(join(tmpdir(), 'nabla-callers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function findingsOf(source: string): Promise<(string | number)[][]> {
  const path = join(folder, 'net.py')
  writeFileSync(path, source)
  return (await check(path)).findings.map((f) => [f.line, f.kind])
}

it('names the call whose word chooses another derivative', async () => {
  expect(await findingsOf(SCRIPT)).toEqual([])
  const faulty = SCRIPT.replace('Z1, X, "ramp")', 'Z1, X, "logistic")')
  const line = SCRIPT.slice(0, SCRIPT.indexOf('Z1, X, "ramp")')).split('\n').length
  expect(await findingsOf(faulty)).toEqual([[line, 'wrong-activation-derivative']])
}, 60_000)
