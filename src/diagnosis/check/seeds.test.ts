/** The scripts of docs/seeds.md as their authors might have written them: what was wrong with each, and what was not. */

import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { check, type FindingKind } from './index.ts'

vi.setConfig({ maxConcurrency: 2, testTimeout: 120_000 })

interface Case {
  readonly script: string
  /** What is to be named: the line and, where one word is the right one, the kind and the line that replaces it. */
  readonly faults: readonly { line: number; kind?: FindingKind; fix?: string }[]
}

const CASES: readonly Case[] = [
  { script: 'seeds/layers-no-weights.py', faults: [{ line: 38 }] },
  {
    script: 'xor-loop.py',
    faults: [
      { line: 27, kind: 'stopping-test' },
      { line: 29, kind: 'derivative-of-wrong-value', fix: '    d_guess = miss * squared_grad(o_in)' },
    ],
  },
  { script: 'seeds/two-layers-softmax.py', faults: [] },
  { script: 'seeds/spiral-division.py', faults: [] },
  {
    script: 'seeds/biases-and-penalty.py',
    faults: [
      { line: 36, kind: 'accumulator-not-reset', fix: '    weights2 -= rate * grad2' },
      { line: 37, kind: 'aliased-array' },
    ],
  },
  { script: 'seeds/deep-tanh-at-output.py', faults: [{ line: 35, kind: 'wrong-activation-derivative' }] },
  {
    script: 'seeds/deep-parentheses.py',
    faults: [{ line: 42, kind: 'sign', fix: '    DA4 = -(Y / A4 - (1 - Y) / (1 - A4))' }],
  },
  {
    script: 'seeds/deep-slope-of-z.py',
    faults: [{ line: 39, kind: 'derivative-of-wrong-value', fix: '    DZ4 = DA4 * sigmoid_slope(A4)' }],
  },
  {
    script: 'seeds/softmax-per-matrix.py',
    faults: [
      { line: 53, kind: 'overwritten-sum', fix: '            db1 += d1' },
      { line: 55, kind: 'overwritten-sum', fix: '            db2 += d2' },
      { line: 57, kind: 'overwritten-sum', fix: '            db3 += d3' },
      { line: 23, kind: 'softmax-axis', fix: '        return e / np.sum(e, axis=-1, keepdims=True)' },
    ],
  },
  { script: 'seeds/autoencoder-range.py', faults: [{ line: 57 }, { line: 25, kind: 'target-range' }] },
  { script: 'seeds/biases-apart.py', faults: [] },
  { script: 'seeds/xor-scalar-biases.py', faults: [] },
  { script: 'styles/syntax.py', faults: [] },
]

const path = (script: string) => fileURLToPath(new URL(`./fixtures/${script}`, import.meta.url))

describe.concurrent('check, on the networks of docs/seeds.md', () => {
  for (const { script, faults } of CASES) {
    const title = faults.length === 0 ? 'finds nothing' : `names line ${faults.map((f) => f.line).join(', ')}`
    it(`${title} in ${script}`, async () => {
      const { verdict, findings } = await check(path(script))
      expect(verdict).toBe(faults.length === 0 ? 'clean' : 'faulty')
      const found = findings.map((f) => ({ line: f.line, kind: f.kind, fix: f.fix?.added[0] }))
      for (const fault of faults) expect(found).toContainEqual(expect.objectContaining(fault))
      if (faults.length === 0) expect(found).toEqual([])
    })
  }

  it('names the library that it cannot follow in seeds/custom-loss.py', async () => {
    const { verdict, reason } = await check(path('seeds/custom-loss.py'))
    expect(verdict).toBe('unsupported')
    expect(reason).toMatch(/line 2.*tensorflow/)
  })
})
