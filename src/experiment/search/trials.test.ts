/** Which trials a search makes. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RandomStream } from '../../shared/index.ts'
import { Place } from '../schema/index.ts'
import { compareOutcomes, type TrialOutcome } from './outcome.ts'
import { drawFrom, type Range } from './range.ts'
import { planTrials } from './trials.ts'

const plan = (vary: Record<string, Range>, trials?: number, seed = 0) =>
  planTrials({ vary, trials, seed, metric: undefined, better: undefined, jobs: undefined }, new Place()).map(
    ({ values }) => values,
  )

test('what is drawn lies in its range, and reaches all of it', () => {
  const ends = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 50 }))
  fc.assert(
    fc.property(ends, fc.integer({ min: 0, max: 2 ** 31 }), ([low, size], seed) => {
      const random = new RandomStream(seed, 1)
      const high = low + size
      const within = (value: unknown) => typeof value === 'number' && value >= low && value <= high
      expect(within(drawFrom({ uniform: [low, high] }, random))).toBe(true)
      const whole = drawFrom({ integer: [low, high] }, random)
      expect(within(whole) && Number.isInteger(whole)).toBe(true)
      const log = drawFrom({ logUniform: [2 ** low, 2 ** high] }, random) as number
      expect(log >= 2 ** low && log <= 2 ** high).toBe(true)
      expect(['a', 'b']).toContain(drawFrom({ choice: ['a', 'b'] }, random))
    }),
  )
  const random = new RandomStream(1, 1)
  const whole = Array.from({ length: 200 }, () => drawFrom({ integer: [1, 3] }, random))
  expect(new Set(whole)).toEqual(new Set([1, 2, 3]))
  // As many in each decade.
  const decades = Array.from({ length: 3000 }, () =>
    Math.floor(Math.log10(drawFrom({ logUniform: [1e-3, 1] }, random) as number)),
  )
  for (const decade of [-3, -2, -1]) {
    expect(Math.abs(decades.filter((each) => each === decade).length - 1000)).toBeLessThan(150)
  }
})

test('grids are crossed, in order; fewer trials are a sample of them', () => {
  const grids: Record<string, Range> = { epochs: { grid: [1, 2] }, seed: { grid: [7, 8, 9] } }
  const all = plan(grids)
  expect(all.map(({ epochs, seed }) => `${epochs},${seed}`)).toEqual(['1,7', '1,8', '1,9', '2,7', '2,8', '2,9'])
  const some = plan(grids, 4, 1)
  expect(some).toHaveLength(4)
  expect(new Set(some.map((each) => JSON.stringify(each))).size).toBe(4)
  expect(some).not.toEqual(all.slice(0, 4))
  expect(() => plan(grids, 7)).toThrow(/at most 6/)
})

test('draws are decided by the seed; more trials begin with the same ones', () => {
  const vary: Record<string, Range> = { epochs: { grid: [1, 2] }, 'optimizer.learningRate': { logUniform: [1e-4, 1] } }
  expect(plan(vary)).toHaveLength(20)
  expect(plan(vary, 30).slice(0, 20)).toEqual(plan(vary))
  expect(plan(vary, 5, 1)).not.toEqual(plan(vary, 5))
  expect(plan(vary, 4).map(({ epochs }) => epochs)).toEqual([1, 2, 1, 2])
  expect(Object.keys(plan(vary, 1)[0] ?? {})).toEqual(['epochs', 'optimizer.learningRate'])
})

test('the best trial comes first; NaN, and what failed, last', () => {
  const done = (trial: number, value: number): TrialOutcome => ({ trial, values: {}, status: 'done', value })
  const failed: TrialOutcome = { trial: 1, values: {}, status: 'failed' }
  const all = [failed, done(2, Number.NaN), done(3, 0.5), done(4, 0.1), done(5, 0.5)]
  const order = (better: 'lower' | 'higher') => [...all].sort(compareOutcomes(better)).map(({ trial }) => trial)
  expect(order('lower')).toEqual([4, 3, 5, 2, 1])
  expect(order('higher')).toEqual([3, 5, 4, 2, 1])
})
