/** Optimisers whose gradients are right: the wrong formulas are named with their repair, the legal variants are not. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type CheckOptions, check } from '../index.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/optimizers/${name}`, import.meta.url))
const LONG = 60_000
const AT_ONCE = 2

/** Checks that run side by side, a few at a time. */
const waiting: (() => void)[] = []
let running = 0
async function checked(path: string, options: CheckOptions = {}) {
  if (running >= AT_ONCE) await new Promise<void>((go) => void waiting.push(go))
  running++
  try {
    return await check(path, options)
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** Script, the text of the line that is named, what the message says, and the line of the fix where one is shown. */
const FAULTY: readonly (readonly [script: string, line: string, says: string, fix?: string])[] = [
  [
    'rms-no-root',
    'w[j][k] -= 0.01 * gw[j][k] / (cw[j][k] + 1e-6)',
    'square root',
    'w[j][k] -= 0.01 * gw[j][k] / (math.sqrt(cw[j][k]) + 1e-6)',
  ],
  [
    'adam-mixed',
    'self.m[key] = 0.9 * self.m[key] + (1 - 0.9) * grads[key] ** 2',
    'averages the squared gradient',
    'self.m[key] = 0.9 * self.m[key] + (1 - 0.9) * grads[key]',
  ],
  ['adam-weight', 'm = beta1 * m + beta1 * g', '1 − β is missing', 'm = beta1 * m + (1 - beta1) * g'],
  ['rms-gradient', 'sW1 = rho * sW1 + (1 - rho) * dW1', 'not its square', 'sW1 = rho * sW1 + (1 - rho) * dW1 ** 2'],
  ['momentum-sign', 'self.vw = -mu * self.vw + lr * self.dw', 'opposite sign', 'self.vw = mu * self.vw + lr * self.dw'],
  [
    'adam-one-correction',
    'W -= lr * (mW / (1 - b1 ** t)) / (np.sqrt(vW) + 1e-8)',
    'lacks the bias correction',
    'W -= lr * (mW / (1 - b1 ** t)) / (np.sqrt(vW / (1 - b2 ** t)) + 1e-8)',
  ],
  ['adam-stuck', 'p -= 0.01 * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.999 ** t)) + 1e-8)', 't does not advance'],
  ['adam-foreign', 'vh = v / (1 - 0.9 ** t)', 'decays by another factor'],
  ['no-number', 'rate = 0.3 * np.sqrt(1.5 - i)', 'no number after 3 steps'],
  ['adam-times', 'mh = m / (1 - self.b1 * self.t)', 'does not rise towards 1', 'mh = m / (1 - self.b1 ** self.t)'],
  ['adam-zero', 'm_hat, v_hat = m / (1 - 0.9 ** t), v / (1 - 0.999 ** t)', 'divides by zero'],
]

/** Functions of faulty/by-name.py, where all weights are one vector. */
const OF_A_VECTOR: typeof FAULTY = [
  ['uncorrected', 'return w - 0.002 * m / (np.sqrt(v) + 1e-8), m, v', 'neither has a bias correction'],
  [
    'growing',
    'return w - 0.1 * (g - 0.002 * w), m, v',
    'makes the weights grow',
    'return w - 0.1 * (g + 0.002 * w), m, v',
  ],
  ['climbing', 'return w - m, m, v', 'followed the wrong way', 'return w + m, m, v'],
  [
    'interchanged',
    'move = np.sqrt(v + 1e-5) / np.sqrt(m + 1e-5) * g',
    'interchanged',
    'move = np.sqrt(m + 1e-5) / np.sqrt(v + 1e-5) * g',
  ],
  ['unsquared', 'm = 0.95 * m + 0.05 * np.abs(move)', 'the size of the updates', 'm = 0.95 * m + 0.05 * move ** 2'],
  ['of_gradients', 'm = 0.95 * m + 0.05 * g**2', 'not squared updates'],
  ['forgetful', 'v[:] = g**2', 'sums up nothing', 'v[:] += g**2'],
  ['negative', 'v = 0.9 * v - 0.1 * g**2', 'no number', 'v = 0.9 * v + 0.1 * g**2'],
  [
    'times',
    'return w - 0.01 * g * (np.sqrt(v) + 1e-8), m, v',
    'divided by its square root',
    'return w - 0.01 * g / (np.sqrt(v) + 1e-8), m, v',
  ],
  ['along', 'return w - 0.01 * v / (np.sqrt(v) + 1e-8), m, v', 'sign of the gradient is lost'],
  ['unfed', 'v = 0.9 * v', 'only multiplied'],
  ['miscounted', 'size = np.sqrt(v) / np.sqrt(1 - 0.99 / 1000 * (t + 1))', 'does not rise towards 1'],
  ['powered', 'first, second = m / (1 - 0.9) ** (t + 1), v / (1 - 0.99) ** (t + 1)', 'does not rise towards 1'],
  ['replaced', 'm = 0.9 * g + g', 'stands where the former value should'],
]

const LEGAL = [
  'same_weight',
  'nesterov',
  'adagrad',
  'rmsprop_inside',
  'rmsprop_momentum',
  'rmsprop_centred',
  'adadelta',
  'adam_plain',
  'velocity_of_decay',
  'adam_schedule',
  'amsgrad',
  'nadam',
  'adamax',
  'adam_in_place',
]

async function names(path: string, [, line, says, fix]: (typeof FAULTY)[number], args: string[] = []) {
  const lines = readFileSync(path, 'utf8').split('\n')
  // Some lines stand in several functions: the one that is run.
  const from = args.length === 0 ? 0 : lines.findIndex((l) => l.startsWith(`def ${args[0]}(`))
  const at = lines.findIndex((l, i) => i >= from && l.trim() === line)
  const result = await checked(path, { args })
  const kind = says === 'makes the weights grow' ? 'regularisation' : 'optimiser'
  expect(result.findings.map((f) => [f.kind, f.line])).toEqual([[kind, at + 1]])
  const [found] = result.findings
  expect(found?.message).toContain(says)
  expect(found?.evidence.length).toBeGreaterThan(0)
  expect(found?.fix?.added.map((l) => l.trim())).toEqual(fix === undefined ? undefined : [fix])
}

describe('wrong optimisers', () => {
  for (const row of FAULTY) it.concurrent(row[0], () => names(fixture(`faulty/${row[0]}.py`), row), LONG)

  for (const row of OF_A_VECTOR)
    it.concurrent(`of a vector: ${row[0]}`, () => names(fixture('faulty/by-name.py'), row, [row[0]]), LONG)
})

describe('states', () => {
  it(
    'are two where a script keeps two',
    async () => {
      const result = await checked(fixture('faulty/adam-alias.py'))
      expect(result.findings.map((f) => [f.kind, f.line])).toContainEqual(['aliased-array', 8])
    },
    LONG,
  )
})

describe('legal optimisers', () => {
  it.concurrent.each(LEGAL)(
    'finds nothing in %s',
    async (name) => {
      const result = await checked(fixture('right/by-name.py'), { args: [name] })
      expect(result.findings).toEqual([])
      expect(result.verdict).toBe('clean')
    },
    LONG,
  )

  it.concurrent(
    'finds nothing in AdamW with its corrections in the rate, clipping, decay and updates in place',
    async () => {
      expect((await checked(fixture('right/adam-class.py'))).findings).toEqual([])
    },
    LONG,
  )
})
