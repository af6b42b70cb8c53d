import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { check, exitCodeOf, formatCheck } from './index.ts'

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

describe('check, on a loss that is stated now and then, for other data, as its root', () => {
  it(
    'takes it as it is for the passes that train',
    async () => {
      const result = await check(fixture('right/root-of-the-mean.py'))
      expect(result.roles.loss).toBe('rmse')
      expect(result.notes).toEqual([])
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
