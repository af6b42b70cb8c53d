import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { check, checkBackward, exitCodeOf, formatCheck } from './index.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const base = (name: string) => fileURLToPath(new URL(`../../../bench/check/bases/${name}`, import.meta.url))
const LONG = 60_000

describe('check, on the faults of questions that people asked', () => {
  it(
    'names the missing division by the number of samples, with its repair',
    async () => {
      const result = await check(fixture('missing-m.py'))
      const [first] = result.findings
      expect(result.verdict).toBe('faulty')
      expect([first?.line, first?.kind]).toEqual([31, 'scale'])
      expect(first?.fix?.added).toEqual(['    grads["dW1"] = np.dot(dZ1, X.T) / m'])
      expect(formatCheck(result)).toContain('^^^^')
      expect(exitCodeOf(result)).toBe(1)
    },
    LONG,
  )

  it(
    'names the derivative of the wrong function at the output',
    async () => {
      const result = await check(fixture('deep-tanh.py'))
      expect(result.findings.some((f) => f.line === 29)).toBe(true)
    },
    LONG,
  )

  it(
    'names gradient sums that are never set back',
    async () => {
      const result = await check(fixture('accumulators.py'))
      expect(result.findings.map((f) => f.kind)).toContain('accumulator-not-reset')
    },
    LONG,
  )
})

describe('check, on right scripts', () => {
  for (const name of [
    'dictionary.py',
    'neurons.py',
    'layers.py',
    'softmax_net.py',
    'recurrent.py',
    'adam.py',
    'scalars.py',
    'lstm.py',
    'own_check.py',
  ]) {
    it(
      `finds nothing in ${name}`,
      async () => {
        const result = await check(base(name))
        expect(result.findings).toEqual([])
        expect(result.verdict).toBe('clean')
      },
      LONG,
    )
  }
})

describe('check, on what it cannot analyse', () => {
  it(
    'says where a syntax error is',
    async () => {
      const result = await check(fixture('syntax.py'))
      expect(result.verdict).toBe('unsupported')
      expect(result.reason).toContain('line 1')
    },
    LONG,
  )

  it('refuses a file that is not there', async () => {
    await expect(check('no-such-file.py')).rejects.toMatchObject({ code: 'E-FILE' })
  })
})

describe('checkBackward', () => {
  const w = Float64Array.of(0.3, -0.2, 0.5)
  const x = [1, 2, 3]
  const loss = () => x.reduce((sum, v, i) => sum + (v * (w[i] ?? 0) - 1) ** 2, 0)
  const truth = () => x.map((v, i) => 2 * v * (v * (w[i] ?? 0) - 1))

  it('passes a right gradient and names scale and sign', () => {
    const relation = (factor: number) =>
      checkBackward({
        parameters: { w: { values: w } },
        forward: loss,
        backward: () => ({ w: truth().map((g) => g * factor) }),
      })[0]?.relation
    expect([relation(1), relation(3), relation(-1)]).toEqual(['right', 'scale', 'sign'])
  })

  it('refuses a gradient that is missing', () => {
    expect(() => checkBackward({ parameters: { w: { values: w } }, forward: loss, backward: () => ({}) })).toThrow(
      /E-NAME/,
    )
  })
})
