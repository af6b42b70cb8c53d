/** One change in one line of a right script in plain Python, or of loops over elements: the line, and the kind of change. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { check } from '../check.ts'

vi.setConfig({ maxConcurrency: 2, testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'nabla-plain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Script, what stands there, what takes its place, the kind that is the right answer. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  // Lists that are made anew in each step.
  [
    'list_vectors',
    'g * tanh_slope(h) for g, h in zip(back',
    'g * tanh_slope(h) * tanh_slope(h) for g, h in zip(back',
    'extra-activation-derivative',
  ],
  // What a function that others call as well was given, and what one of its results lacks.
  ['list_vectors', 'hidden_b, learning_rate, hidden_grad', 'hidden_b, learning_rate, out_grad', 'wrong-operand'],
  ['list_vectors', 'g * tanh_slope(h) for g', 'g for g', 'missing-activation-derivative'],
  ['linked_neurons', 'eta * neuron.delta * source', 'eta * neuron.output * source', 'wrong-operand'],
  // A sum that is overwritten, beside a penalty, and part by part of an array.
  ['softmax_lists', 'd_weight[c][f] += error', 'd_weight[c][f] = error', 'overwritten-sum'],
  // The positions of maxima are the script's, and the maxima themselves move on to other elements.
  ['max_pooling', 'd_kernels[k] += d_conv', 'd_kernels[k] = d_conv', 'overwritten-sum'],
]

describe.concurrent('a change of one line', () => {
  for (const [index, [base, before, after, kind]] of CASES.entries())
    it(`${base}: ${after}`, async () => {
      const path = fileURLToPath(new URL(`../../../../bench/check/bases/${base}.py`, import.meta.url))
      const source = readFileSync(path, 'utf8')
      expect(source.split(before)).toHaveLength(2)
      const line = source.slice(0, source.indexOf(before)).split('\n').length
      const script = join(folder, `${base}-${index}.py`)
      writeFileSync(script, source.replace(before, after))
      const { findings } = await check(script)
      expect(findings.map((f) => [f.line, f.kind])).toEqual([[line, kind]])
    })
})
