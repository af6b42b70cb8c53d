/** What a run says of the target that it reached. */

import { expect, test } from 'vitest'
import { reachedTargets } from './stopping.ts'

const record = (loss: number) => ({ epoch: 1, step: 1, loss, learningRate: 1, seconds: 0 })

test.each([
  [{ below: 0.05 }, 0.049998, 'loss 0.049998 is below 0.05'],
  [{ below: 0.05 }, 0.04, 'loss 0.04 is below 0.05'],
  [{ below: 0.123456 }, 0.12345, 'loss 0.12345 is below 0.123456'],
  [{ above: 0.98 }, 0.98 + Number.EPSILON, 'loss 0.9800000000000002 is above 0.98'],
  [{ above: 1e-9 }, 1.00000001e-9, 'loss 1.00000001e-9 is above 1e-9'],
  [{ below: 0.05, absolute: true }, -0.0499999, 'loss -0.0499999 is below 0.05'],
])('%o of %d: %s', (target, value, words) => {
  expect(reachedTargets([{ metric: 'loss', ...target }], record(value))).toBe(words)
})

test.each([
  [{ below: 0.05 }, 0.05],
  [{ above: 0.05 }, 0.05],
  [{ below: 0.05 }, Number.NaN],
  [{ above: 0.05 }, Number.NaN],
  [{ below: 0.05, absolute: true }, -0.06],
])('%o of %d is not reached', (target, value) => {
  expect(reachedTargets([{ metric: 'loss', ...target }], record(value))).toBeUndefined()
})
