import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Mutant } from './cases.ts'

/** The mutants of a script whose every line is of the backward pass, but for those marked `# update`. */
function mutantsOf(lines: readonly string[], more: object = {}): Mutant[] {
  const ranges = (wanted: boolean) =>
    lines.flatMap((l, i) => (l.includes('# update') === wanted ? [[i + 1, i + 1]] : []))
  const request = { source: `${lines.join('\n')}\n`, backward: ranges(false), update: ranges(true), ...more }
  const run = spawnSync('python3', [join(process.cwd(), 'bench/check/mutate.py')], {
    input: JSON.stringify([request]),
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return (JSON.parse(run.stdout) as [Mutant[]])[0]
}

/** What a line becomes under an operator. */
const changes = (mutants: readonly Mutant[], operator: string, line: number) =>
  mutants.filter((m) => m.operator === operator && m.line === line).map((m) => m.source.split('\n')[line - 1])

describe('the fault operators', () => {
  test('a product with out= stays one: nothing else would write there', () => {
    const mutants = mutantsOf(['import numpy as np', 'np.dot(h.T, d, out=g)'])
    expect(changes(mutants, 'elementwise for matrix', 2)).toEqual(['np.multiply(h.T, d, out=g)'])
    expect(changes(mutants, 'added transpose', 2)).toContain('np.dot(h.T, d.T, out=g)')
    expect(mutants.filter((m) => m.operator.includes('matrix factor'))).toEqual([])
  })

  test('np.multiply is a product as well, and 1 - np.power(a, 2) a derivative', () => {
    const mutants = mutantsOf(['import numpy as np', 'd = np.multiply(back, 1 - np.power(a, 2))'])
    expect(changes(mutants, 'drop derivative', 2)).toEqual(['d = back'])
    expect(changes(mutants, 'tanh to sigmoid derivative', 2)).toEqual(['d = back * a * (1 - a)'])
    expect(changes(mutants, 'plus for minus in derivative', 2)).toHaveLength(1)
  })

  test("keepdims is no dropout's keep; a mask is, and what the table calls one", () => {
    const line = 'd = a * (b - np.sum(b * a, axis=1, keepdims=True))'
    expect(changes(mutantsOf(['import numpy as np', line]), 'drop mask', 2)).toEqual([])
    expect(changes(mutantsOf(['d = back * mask']), 'drop mask', 1)).toEqual(['d = back'])
    expect(changes(mutantsOf(['d = back * D1'], { masks: ['D1'] }), 'drop mask', 1)).toEqual(['d = back'])
    expect(changes(mutantsOf(['d = back * mask * slope(z)']), 'drop mask', 1)).toEqual(['d = back * slope(z)'])
  })

  test("a fault in a weight decay's term is told, and one beside it is not", () => {
    const mutants = mutantsOf(['g = d / m', 'g += lam / m * W', 'h = d / m + lam * W'])
    const penalties = mutants.filter((m) => m.penalty).map((m) => `${m.line} ${m.operator}`)
    expect(penalties).toContain('2 drop division')
    expect(penalties).toContain('2 statement doubled')
    expect(penalties).not.toContain('3 drop division')
    expect(penalties.filter((p) => p.startsWith('1'))).toEqual([])
  })

  test('a derivative is known by its name in English or in the table; a long function is the backward pass', () => {
    const body = ['def ableitung(y):', '    return y * (1 - y)']
    const isIn = (lines: readonly string[], more: object) =>
      mutantsOf(lines, more).some((m) => m.operator === 'plus for minus in derivative' && m.derivative)
    expect(isIn(body, {})).toBe(false)
    expect(isIn(body, { derivatives: ['ableitung'] })).toBe(true)
    const long = ['def gradients(e):', ...[1, 2, 3, 4].map((k) => `    a${k} = e`), '    return a1 * (1 - a1)']
    expect(isIn(long, {})).toBe(false)
  })

  test('the value in 1 - a ** 2 and in a * (1 - a) is in a derivative, and in a cross-entropy it is not', () => {
    const isIn = (line: string) =>
      mutantsOf([line], { pairs: [['z', 'a']] })
        .filter((m) => m.operator === 'value before or after activation')
        .map((m) => m.derivative)
    expect(isIn('d = e * (1 - a ** 2)')).toEqual([true])
    expect(isIn('d = e * a * (1 - a)')).toEqual([true, true])
    expect(isIn('d = (1 - y) / (1 - a)')).toEqual([false])
    expect(isIn('g = a.T @ d')).toEqual([false])
  })

  test('what is written into another array is no operand', () => {
    const mutants = mutantsOf(['d[k] -= p'], { confusable: [['d', 'p']] })
    expect(changes(mutants, 'wrong target', 1)).toEqual(['p[k] -= p'])
    expect(changes(mutants, 'wrong operand', 1)).toEqual(['d[k] -= d'])
  })

  test('a difference turned round can be mended where alone it is read', () => {
    const also = (lines: readonly string[]) =>
      mutantsOf(lines).find((m) => m.operator === 'difference turned' && m.line === 1)?.also
    expect(also(['e = p - y', 'd = 2 * e'])).toEqual([2])
    expect(also(['e = p - y', 'd = 2 * e', 'g = e * x'])).toEqual([])
    expect(also(['e = p - y', 'd = 2 * e', 'g.append(e * x)'])).toEqual([])
  })

  test('x *= x is a square, and x -= x * h a factor 1 - h', () => {
    const mutants = mutantsOf(['h *= h', 'd -= d * h', 'd -= t'])
    expect(mutants.filter((m) => m.source.includes('pass')).map((m) => m.operator)).toEqual([
      'drop square',
      'drop in-place factor',
      'drop in-place difference',
    ])
  })

  test('an update is one in a tuple, too, and by setattr', () => {
    const signs = (line: string) => mutantsOf([`${line}  # update`]).map((m) => m.operator)
    expect(signs('w, b = w - lr * dw, b - lr * db')).toEqual(["update's sign", "update's sign"])
    expect(signs('setattr(o, k, getattr(o, k) - lr * g)')).toEqual(["update's sign"])
    expect(signs('v = mu * v - lr * g')).toContain("optimiser's sign")
  })

  test('transposes are dropped however they are written', () => {
    for (const written of ['h.T', 'h.transpose()', 'np.transpose(h)'])
      expect(changes(mutantsOf(['import numpy as np', `g = d @ ${written}`]), 'drop transpose', 2)).toEqual([
        'g = d @ h',
      ])
    expect(changes(mutantsOf(['g = matmul(transpose(h), d)']), 'drop transpose', 1)).toEqual(['g = matmul(h, d)'])
  })

  test('a table of derivatives has nothing else in it', () => {
    const table = (name: string) => mutantsOf([`${name} = {"tanh": lambda z: 1 - tanh(z) ** 2}`])
    const isIn = (name: string) => table(name).find((m) => m.operator === 'drop square')?.derivative
    expect(isIn('DERIVATIVES')).toBe(true)
    expect(isIn('FUNCTIONS')).toBe(false)
    expect(mutantsOf(['grads = {"W": h.T @ d}']).some((m) => m.derivative)).toBe(false)
  })

  test("a cross-entropy's divisor p (1 - p) is no sigmoid's derivative", () => {
    const line = (text: string) => mutantsOf([text]).filter((m) => m.operator === 'sigmoid to tanh derivative').length
    expect(line('d = e * (a * (1 - a))')).toBe(1)
    expect(line('d = (a - y) / (a * (1 - a))')).toBe(0)
  })

  test('a rate in the head of a function is one', () => {
    const mutants = mutantsOf(['def fit(x, lr=0.5, epochs=3):', '    w = x - lr * x  # update'])
    expect(changes(mutants, 'negative learning rate', 1)).toEqual(['def fit(x, lr=-0.5, epochs=3):'])
  })
})
