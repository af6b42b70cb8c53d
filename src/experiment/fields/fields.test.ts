/** The fields say of optimizers, schedules and losses what their own functions say; flags stand for fields. */

import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  adam,
  constantRate,
  cosine,
  crossEntropy,
  customLoss,
  dense,
  huber,
  lossByName,
  lossNames,
  network,
  optimizerByName,
  optimizerNames,
  relu,
  scheduleByName,
  scheduleNames,
  sgd,
  warmup,
} from '../../network/index.ts'
import { square, sum } from '../../ops/index.ts'
import { defineExperiment, type Experiment } from '../experiment.ts'
import { allFields, flagHelp, overridesOf } from '../flags.ts'
import { resolveExperiment } from '../resolve.ts'
import type { EXPERIMENT } from './index.ts'
import { LOSSES } from './loss.ts'
import { OPTIMIZERS } from './optimizer.ts'
import { SCHEDULES } from './schedule.ts'

const resolve = (fields: object, flags = {}) =>
  resolveExperiment({ value: { data: 'mnist', ...fields } }, overridesOf(flags, {})).experiment

/** What a schedule cannot do without. */
const NEEDED: Readonly<Record<string, object>> = {
  stepDecay: { every: 3 },
  exponentialDecay: { rate: 0.5, steps: 4 },
  epochDecay: { rate: 0.9 },
  warmup: { steps: 5 },
}

describe('the tables', () => {
  test.each(optimizerNames)('%s has the options and defaults of its function', (name) => {
    const { learningRate, hyperparameters } = optimizerByName(name)
    expect(resolve({ optimizer: name }).optimizer).toEqual({ name, learningRate, ...hyperparameters })
  })

  test.each(scheduleNames)('%s has the options and defaults of its function', (name) => {
    const { name: _, ...read } = resolve({ schedule: { name, ...NEEDED[name] } }).schedule as Record<string, unknown>
    const { options } = scheduleByName(name, NEEDED[name] as Record<string, unknown>)
    // A flag that is false is not kept by the function; what follows a warm-up is the constant rate.
    const said = { ...read, ...(read.staircase === false && { staircase: undefined }) }
    expect({ ...said, ...(name === 'warmup' && { after: { name: 'constantRate' } }) }).toEqual(options)
  })

  test('hold every name, and no other', () => {
    expect(Object.keys(OPTIMIZERS)).toEqual(optimizerNames)
    expect(Object.keys(SCHEDULES)).toEqual(scheduleNames)
    expect(Object.keys(LOSSES)).toEqual(expect.arrayContaining(lossNames.filter((name) => name in LOSSES)))
    for (const name of Object.keys(LOSSES)) expect(lossByName(name).name).toBe(name)
  })

  test('hold every field that an experiment can be written with', () => {
    expectTypeOf<keyof typeof EXPERIMENT>().toEqualTypeOf<keyof Experiment>()
    const paths = allFields().map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    expect(flagHelp().every(({ help }) => help !== '')).toBe(true)
  })
})

describe('what code makes', () => {
  test('is data wherever it can be', () => {
    const net = network({ input: [784] }, dense(8, { name: 'first', bias: false }), relu(), dense(10))
    expect(
      resolve({
        network: net,
        loss: huber(2),
        optimizer: sgd(0.1, { momentum: 0.9 }),
        schedule: warmup({ steps: 5, after: cosine() }),
      }),
    ).toMatchObject({
      network: {
        input: [784],
        layers: [
          { kind: 'dense', name: 'first', units: 8, bias: false },
          { kind: 'relu', name: 'relu1' },
          { kind: 'dense', name: 'dense1', units: 10 },
        ],
      },
      loss: { name: 'huber', delta: 2 },
      optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false },
      schedule: { name: 'warmup', steps: 5, after: { name: 'cosine', floor: 0 } },
    })
  })

  test('is kept as code where it has to be, whatever it calls itself', () => {
    const loss = customLoss(({ predictions }) => sum(square(predictions), { axes: 1 }), { name: 'mse' })
    const schedule = { ...constantRate(), name: 'mine' }
    const kept = resolve({ loss, schedule })
    expect(kept.loss).toBe(loss)
    expect(kept.schedule).toBe(schedule)
  })

  test('gives way to a flag field by field', () => {
    expect(resolve({ optimizer: adam(0.1, { beta1: 0.5 }) }, { learningRate: '0.2' }).optimizer).toMatchObject({
      learningRate: 0.2,
      beta1: 0.5,
    })
    expect(resolve({ loss: crossEntropy() }, { set: ['loss.from=logits'] }).loss).toEqual({
      name: 'crossEntropy',
      from: 'logits',
    })
  })
})

test('the types of an experiment let through what is right, and stop what is not', () => {
  const experiment = defineExperiment({ data: 'mnist', optimizer: { name: 'adam', learningRate: 0.01 }, epochs: 3 })
  expectTypeOf(experiment.epochs).toEqualTypeOf<3>()
  // @ts-expect-error An optimizer that there is not.
  defineExperiment({ data: 'mnist', optimizer: 'adma' })
  // @ts-expect-error A number as text.
  defineExperiment({ data: 'mnist', epochs: '3' })
  // @ts-expect-error A field of the CSV kind is missing.
  defineExperiment({ data: { kind: 'csv', path: 'iris.csv' } })
  // @ts-expect-error A field that there is not.
  defineExperiment({ data: 'mnist', epoch: 3 })
  expect(experiment.epochs).toBe(3)
})
