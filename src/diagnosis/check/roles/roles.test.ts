/** Right scripts whose parameters, inputs or losses are easily taken for something else, and what one slip in each is called. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { check } from '../check.ts'

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/roles/${name}.py`, import.meta.url)), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'nabla-roles-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function checked(source: string) {
  const path = join(folder, 'net.py')
  writeFileSync(path, source)
  return check(path)
}

describe('a right script is clean', () => {
  it.each([
    ['line_search', ['W[0]', 'W[1]']],
    ['words', ['emb', 'U', 'u0', 'w', 'w0', 'spread']],
    ['bptt_zeros', ['Wx', 'Wh', 'Wo']],
    ['flat_theta', ['theta[0:20]', 'theta[20:26]']],
    ['class_weights', ['V', 'c', 'v', 'c0']],
    ['layer_norm', ['A', 'B', 'gain', 'shift']],
    ['own_check', ['packed[0:15]', 'packed[15:33]']],
    ['pixels_and_pools', ['kernels', 'bias', 'W']],
    ['compared_with_former', [0, 1, 2, 3].flatMap((j) => [`U[${j}][0]`, `U[${j}][1]`, `w[${j}]`])],
  ])(
    '%s, and all that it learns is compared',
    async (name, learned) => {
      const result = await checked(read(name))
      expect(result.findings).toEqual([])
      expect(result.parameters.map((p) => p.name).sort()).toEqual([...learned].sort())
      expect(result.parameters.every((p) => p.status === 'right')).toBe(true)
    },
    60_000,
  )

  it('softmax_lists, by the cross-entropy that it does not state', async () => {
    const result = await checked(read('softmax_lists'))
    expect([result.verdict, result.findings]).toEqual(['clean', []])
    expect(result.notes.join()).toContain('cross-entropy')
  }, 60_000)
})

describe('a slip is named where it is', () => {
  it.each([
    ['line_search', 'W[1][1:].T', 'W[1][:-1].T', 'gradient'],
    ['words', 'np.subtract.at', 'np.add.at', 'sign'],
    ['bptt_zeros', 'dWh += before', 'dWh = before', 'overwritten-sum'],
    ['flat_theta', '* A * (1 - A)', '* (1 - A ** 2)', 'wrong-activation-derivative'],
    ['softmax_lists', '* (1 - hid[j] ** 2)', '* (1 - hid[j])', 'wrong-activation-derivative'],
    ['layer_norm', ' - self.normed * (dn * self.normed).mean(axis=1, keepdims=True)', '', 'missing-term'],
    ['own_check', 'slope(z2[t])', 'slope(a2[t, 1:])', 'derivative-of-wrong-value'],
    ['own_check', 'sum_top / m', 'sum_top', 'scale'],
    ['own_check', '(top.T @ d3)[1:] * slope', '(top.T @ d3)[1:] + slope', 'gradient'],
    ['pixels_and_pools', 'dkernels += dmaps', 'dkernels = dmaps', 'overwritten-sum'],
    ['compared_with_former', 'gw[j] += d * h[j]', 'gw[j] += d * v[j]', 'wrong-operand'],
  ])(
    '%s: %s',
    async (name, was, is, kind) => {
      const source = read(name)
      expect(source).toContain(was)
      const { findings } = await checked(source.replace(was, is))
      const line = source.slice(0, source.indexOf(was)).split('\n').length
      expect(findings.map((f) => [f.line, f.kind])).toEqual([[line, kind]])
    },
    60_000,
  )

  it.each([
    ['strength / m * ', 'strength * '],
    ['grad_low[:, 1:] += strength / m * low[:, 1:]', 'grad_low += strength / m * low'],
  ])(
    'own_check: the penalty of both halves of a flat vector, %s',
    async (was, is) => {
      const whole = was.startsWith('grad')
      const source = read('own_check')
        .replaceAll(was, is)
        .replace(
          whole ? 'grad_top[:, 1:] += strength / m * top[:, 1:]' : '-',
          whole ? 'grad_top += strength / m * top' : '-',
        )
      const { findings } = await checked(source)
      expect(findings.map((f) => f.line)).toEqual([38, 39])
    },
    60_000,
  )

  it('class_weights: a loss that weighs the classes, and gradients that do not', async () => {
    const source = read('class_weights')
    const was = 'weights(t) * (p - t)'
    const { findings } = await checked(source.replace(was, '(p - t)'))
    expect(findings.map((f) => f.line)).toEqual([source.slice(0, source.indexOf(was)).split('\n').length])
  }, 60_000)
})
