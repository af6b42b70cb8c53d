/** Schedules against PyTorch's learning rates (1.13, a base rate of 1, one step an epoch). */

import { expect, test } from 'vitest'
import {
  constantRate,
  cosine,
  epochDecay,
  exponentialDecay,
  oneCycle,
  plateau,
  type Schedule,
  stepDecay,
  warmup,
} from './index.ts'

const rates = (schedule: Schedule, count = 12, stepsPerEpoch = 1) =>
  Array.from({ length: count }, (_, step) =>
    schedule.factor(
      { step, epoch: Math.floor(step / stepsPerEpoch), stepsPerEpoch, totalSteps: count },
      schedule.initialMemory ?? {},
    ),
  )

const close = (actual: number[], expected: number[]) => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 7)
  })
}

test('StepLR and MultiStepLR', () => {
  close(rates(stepDecay({ every: 4, factor: 0.5 })), [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25])
  close(rates(stepDecay({ at: [3, 7] })), [1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01])
})

test('ExponentialLR, by epochs and by steps', () => {
  const expected = [1, 0.9, 0.81, 0.729, 0.6561, 0.59049, 0.531441, 0.4782969]
  close(rates(epochDecay(0.9), 8), expected)
  close(rates(exponentialDecay({ rate: 0.9, steps: 1 }), 8), expected)
  close(rates(epochDecay(0.9), 4, 2), [1, 1, 0.9, 0.9])
  close(rates(exponentialDecay({ rate: 0.25, steps: 2 }), 4), [1, 0.5, 0.25, 0.125])
  close(rates(exponentialDecay({ rate: 0.25, steps: 2, staircase: true }), 4), [1, 1, 0.25, 0.25])
})

test('CosineAnnealingLR', () => {
  const expected = [1, 0.98466662, 0.93971143, 0.86819805, 0.775, 0.66646857, 0.55, 0.43353143, 0.325, 0.23180195]
  close(rates(cosine({ floor: 0.1, steps: 12 }), 10), expected)
})

test('OneCycleLR', () => {
  close(rates(oneCycle()), [
    ...[0.04, 0.34978965, 0.87928516, 0.99441544, 0.93301297, 0.81174565],
    ...[0.647379, 0.4626371, 0.283061, 0.13347753, 0.03456699, 4e-6],
  ])
})

test('LinearLR as a warm-up, and what comes after it', () => {
  close(rates(warmup({ steps: 4, from: 0.2 }), 6), [0.2, 0.4, 0.6, 0.8, 1, 1])
  close(rates(warmup({ steps: 2 }), 4), [0.5, 1, 1, 1])
  close(rates(warmup({ steps: 2, after: epochDecay(0.5) }), 5), [0.5, 1, 1, 0.5, 0.25])
})

test('ReduceLROnPlateau', () => {
  const schedule = plateau({ factor: 0.5, patience: 2 })
  let memory = schedule.initialMemory ?? {}
  const values = [5, 4, 4, 4, 4, 3, 3.5, 3.2, 3.1, 3.3, 2, 2, 2]
  const factors = values.map((value) => {
    memory = schedule.remember?.(memory, value, 'lower') ?? memory
    return schedule.factor({ step: 0, epoch: 0, stepsPerEpoch: 1, totalSteps: 1 }, memory)
  })
  expect(factors).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25])
  expect(JSON.parse(JSON.stringify(memory))).toEqual(memory)
})

test('a plateau of a metric that grows', () => {
  const factorAfter = (schedule: ReturnType<typeof plateau>, values: number[], better: 'lower' | 'higher') => {
    let memory = schedule.initialMemory ?? {}
    for (const value of values) memory = schedule.remember?.(memory, value, better) ?? memory
    return schedule.factor({ step: 0, epoch: 0, stepsPerEpoch: 1, totalSteps: 1 }, memory)
  }
  const accuracy = [0.5, 0.6, 0.7, 0.8]
  expect(factorAfter(plateau({ metric: 'accuracy', factor: 0.5, patience: 0 }), accuracy, 'higher')).toBe(1)
  expect(factorAfter(plateau({ factor: 0.5, patience: 0, better: 'higher' }), accuracy, 'lower')).toBe(1)
  expect(factorAfter(plateau({ factor: 0.5, patience: 0, better: 'lower' }), accuracy, 'higher')).toBe(0.125)
})

test('a constant rate', () => {
  expect(rates(constantRate(), 3)).toEqual([1, 1, 1])
})

test.each([
  [() => stepDecay({}), /every: 10/],
  [() => stepDecay({ every: 2, at: [1] }), /both/],
  [() => epochDecay(1.2), /up to 1/],
  [() => epochDecay('0.9' as never), /"0.9"/],
  [() => exponentialDecay({ rate: 0.9 } as never), /steps/],
  [() => cosine({ flor: 0.1 } as never), /did you mean "floor"/],
  [() => warmup({ steps: 0 }), /1 or more/],
  [() => oneCycle({ rise: 1 }), /below 1/],
  [() => plateau({ patience: -1 }), /patience/],
])('%s is refused', (write, message) => {
  expect(write).toThrow(message)
})
