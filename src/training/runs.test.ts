/** What decides a run and ends it: batch sizes, weights, schedules, stopping, interruption, normalisation. */

import { describe, expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import {
  adam,
  batchNorm,
  cosine,
  crossEntropy,
  dense,
  dropout,
  epochDecay,
  layerNorm,
  mse,
  network,
  plateau,
  relu,
  sgd,
  softmax,
  tanh,
} from '../network/index.ts'
import { RandomStream } from '../shared/index.ts'
import { createTrainer, evaluate, type FitOptions, fit, Model, predict } from './index.ts'

const random = new RandomStream(11, 0)
const points = Array.from({ length: 50 }, () => [random.normal(), random.normal(), random.normal()])
const labels = points.map(([x = 0, y = 0, z = 0]) => (x + y > 0.3 ? 1 : z > 0.5 ? 2 : 0))
const data = dataset({ name: 'points', inputs: points, labels })
const net = network({ input: [3] }, dense(6), tanh(), dense(3), softmax())
const good: FitOptions = { loss: crossEntropy(), optimizer: adam(0.01), epochs: 3, batchSize: 16, seed: 1 }

describe('batches', () => {
  test.each([1, 7, 16, 49, 50, 64, 'all'] as const)('of %s train, the last short one too', async (batchSize) => {
    const run = await fit(net, data, { ...good, batchSize, epochs: 2 })
    const size = batchSize === 'all' ? 50 : batchSize
    expect(run.stopped).toMatchObject({ reason: 'epochs', step: 2 * Math.ceil(50 / size) })
    expect(run.history[1]?.loss).toBeLessThan(run.history[0]?.loss ?? 0)
  })

  test('mean the loss over samples, not over batches', async () => {
    const still = { ...good, optimizer: sgd(1e-30), epochs: 1, shuffle: false, batchSize: 16 }
    const run = await fit(net, data, still)
    const evaluation = await evaluate(run.model, data)
    expect(run.history[0]?.loss).toBeCloseTo(evaluation.loss, 5)
    expect(run.history[0]?.accuracy).toBeCloseTo(evaluation.accuracy ?? 0, 10)
    const total = evaluation.confusion?.flat().reduce((a, b) => a + b)
    expect(total).toBe(50)
  })
})

describe('weights', () => {
  test('of 0 and 1 train as if the samples with 0 were away', async () => {
    const keep = labels.map((label) => (label === 2 ? 0 : 1))
    const weighted = dataset({ inputs: points, labels, sampleWeights: keep })
    const kept = data.subset(keep.flatMap((weight, row) => (weight === 1 ? [row] : [])))
    const options: FitOptions = { ...good, optimizer: sgd(0.1), batchSize: 'all', epochs: 5, backend: 'reference' }
    const run = await fit(net, weighted, options)
    // The mean is over all samples of the batch: the rate of the smaller set is lower by the same share.
    const other = await fit(net, kept, { ...options, optimizer: sgd((0.1 * kept.count) / 50) })
    for (const [name, values] of run.model.parameters) {
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(other.model.parameters.get(name)?.[i] ?? Number.NaN, 12)
      })
    }
  })

  test('of classes are sample weights by label, and balanced ones count each class alike', async () => {
    const counts = data.classCounts()
    const balanced = [...counts].map((count) => 50 / (3 * count))
    const bySample = dataset({ inputs: points, labels, sampleWeights: labels.map((label) => balanced[label] ?? 0) })
    const one = await fit(net, data, { ...good, classWeights: 'balanced' })
    const two = await fit(net, bySample, good)
    const three = await fit(net, data, { ...good, classWeights: balanced })
    expect(one.model.parameters).toEqual(two.model.parameters)
    expect(one.model.parameters).toEqual(three.model.parameters)
  })

  test.each([
    [[1, 2], 'E-VALUE'],
    [[1, 2, -1], 'E-VALUE'],
    [{ 7: 2 }, 'E-NAME'],
    ['balance', 'E-VALUE'],
  ])('%o are refused', async (classWeights, code) => {
    await expect(fit(net, data, { ...good, classWeights: classWeights as never })).rejects.toMatchObject({ code })
  })
})

describe('schedules', () => {
  test('set the learning rate of each step', async () => {
    const rates: number[] = []
    const onStep = ({ learningRate }: { learningRate: number }) => rates.push(learningRate)
    await fit(net, data, { ...good, batchSize: 25, epochs: 2, schedule: epochDecay(0.5), onStep })
    expect(rates).toEqual([0.01, 0.01, 0.005, 0.005])
    rates.length = 0
    await fit(net, data, { ...good, batchSize: 25, epochs: 2, schedule: cosine(), onStep })
    expect(rates.map((rate) => (100 * rate).toFixed(9))).toEqual([
      '1.000000000',
      '0.853553391',
      '0.500000000',
      '0.146446609',
    ])
  })

  test('a plateau watches a metric', async () => {
    const schedule = plateau({ factor: 0.5, patience: 0, leastGain: 100 })
    const run = await fit(net, data, { ...good, epochs: 4, schedule })
    expect(run.history.map(({ learningRate }) => learningRate / 0.01)).toEqual([1, 1, 0.5, 0.25])
  })
})

describe('a run stops', () => {
  test('after steps, in the middle of an epoch', async () => {
    const run = await fit(net, data, { ...good, stopping: { steps: 6 } })
    expect(run.stopped).toMatchObject({ reason: 'steps', step: 6, epoch: 2 })
    expect(run.history).toHaveLength(1)
  })

  test('when the time is up', async () => {
    const run = await fit(net, data, { ...good, epochs: 1e6, stopping: { seconds: 0.15 } })
    expect(run.stopped.reason).toBe('time')
    expect(run.seconds).toBeLessThan(5)
  })

  test('at a target on a metric, and says which', async () => {
    const xor = dataset({
      inputs: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      targets: [[0], [1], [1], [0]],
    })
    const options: FitOptions = {
      loss: mse(),
      optimizer: adam(0.05),
      epochs: 2000,
      batchSize: 1,
      metrics: ['meanAbsoluteError'],
      stopping: { target: { metric: 'meanAbsoluteError', below: 0.3 } },
      seed: 2,
    }
    const run = await fit(network({ input: [2] }, dense(3), tanh(), dense(1)), xor, options)
    expect(run.stopped.reason).toBe('target')
    expect(run.stopped.message).toMatch(/meanAbsoluteError 0\.\d+ is below 0.3/)
    expect(run.history.at(-1)?.metrics?.meanAbsoluteError).toBeLessThan(0.3)
    expect(run.history.at(-2)?.metrics?.meanAbsoluteError).toBeGreaterThanOrEqual(0.3)
  })

  test('when patience is at its end, with the best parameters', async () => {
    // A rate so high that it soon gets worse.
    const options: FitOptions = { ...good, optimizer: sgd(4), epochs: 60, validation: 0.4, stopping: { patience: 3 } }
    const run = await fit(net, data, options)
    expect(run.stopped.reason).toBe('patience')
    expect(run.kept).toBe('best')
    const losses = run.history.map(({ validationLoss }) => validationLoss ?? 0)
    expect(run.best).toMatchObject({ metric: 'validationLoss', value: Math.min(...losses) })
    expect(run.history).toHaveLength((run.best?.epoch ?? 0) + 3)
    const validation = data.split(0.6, { seed: 1 })[1]
    expect((await evaluate(run.model, validation)).loss).toBeCloseTo(Math.min(...losses), 6)
  })

  test('on a signal: it keeps the best model, and says so', async () => {
    const controller = new AbortController()
    const onEpoch = ({ epoch }: { epoch: number }) => {
      if (epoch === 2) controller.abort()
    }
    const run = await fit(net, data, { ...good, epochs: 50, validation: 0.2, signal: controller.signal, onEpoch })
    expect(run.stopped).toMatchObject({ reason: 'aborted', epoch: 2 })
    expect(run.kept).toBe('best')
    expect(run.stopped.message).toContain(`the model is that of epoch ${run.best?.epoch}, the best so far`)
    const early = AbortSignal.abort()
    const none = await fit(net, data, { ...good, signal: early })
    expect(none.stopped.message).toContain('no epoch had ended: the model is that of step 1')
  })

  test('on a signal that comes from outside while it works', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const run = await fit(net, data, { ...good, epochs: 1e6, signal: controller.signal })
    expect(run.stopped.reason).toBe('aborted')
  })

  test.each([
    [{ target: { metric: 'acuracy', above: 0.9 } }, /did you mean "accuracy"/],
    [{ target: { metric: 'validationLoss', below: 0.1 } }, /known metrics: loss, accuracy/],
    [{ target: { metric: 'loss' } }, /below or above/],
    [{ patience: 0 }, /patience/],
    [{ patience: { epochs: 3, metric: 'f1' } }, /E-NAME/],
    [{ steps: 0.5 }, /steps/],
    [{ epochs: 3 }, /unknown|known options/],
  ])('but not by %o', async (stopping, message) => {
    await expect(fit(net, data, { ...good, stopping: stopping as never })).rejects.toThrow(message)
  })
})

test('progress is told while an epoch goes on', async () => {
  const told: number[] = []
  const onProgress = ({
    step,
    loss,
    samplesPerSecond,
    secondsLeft,
  }: Parameters<NonNullable<FitOptions['onProgress']>>[0]) => {
    expect(Number.isFinite(loss) && samplesPerSecond > 0 && secondsLeft >= 0).toBe(true)
    told.push(step)
  }
  await fit(net, data, { ...good, batchSize: 1, epochs: 1e6, stopping: { seconds: 0.5 }, onProgress })
  expect(told.length).toBeGreaterThan(1)
})

test('another seed gives another run; dropout is decided by the seed too', async () => {
  const dropping = network({ input: [3] }, dense(12), relu(), dropout(0.5), dense(3))
  const one = await fit(dropping, data, good)
  expect((await fit(dropping, data, good)).model.parameters).toEqual(one.model.parameters)
  expect((await fit(dropping, data, { ...good, seed: 2 })).model.parameters).not.toEqual(one.model.parameters)
  const twice = [await predict(one.model, points), await predict(one.model, points)]
  expect(twice[0]?.values).toEqual(twice[1]?.values)
})

describe('normalisation, with the numbers of PyTorch', () => {
  test('batchNorm by the batch while training, by running figures in use', async () => {
    const normalizing = network({ input: [2] }, batchNorm())
    const trainer = await createTrainer(normalizing, { loss: mse(), optimizer: sgd(1e-30), backend: 'reference' })
    const x = [
      [1, 2],
      [3, -1],
      [5, 4],
    ]
    const { loss } = await trainer.step(x, [
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    // The mean of squares of what is normalised: variance / (variance + ε), over both features.
    expect(loss).toBeCloseTo((8 / 3 / (8 / 3 + 1e-5) + 38 / 9 / (38 / 9 + 1e-5)) / 2, 12)
    const model = trainer.model()
    const close = (name: string, expected: number[]) =>
      model.parameters.get(name)?.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] ?? 0, 12)
      })
    close('batchNorm1.mean', [0.3, 1 / 6])
    close('batchNorm1.variance', [1.3, 0.9 + 19 / 30])
    const { values } = await predict(model, x, { backend: 'reference' })
    expect(values[0]).toBeCloseTo(0.7 / Math.sqrt(1.3 + 1e-5), 6)
    trainer.close()
  })

  test('batchNorm refuses a last batch of one sample before the run starts', async () => {
    const normalizing = network({ input: [3] }, dense(4), batchNorm(), dense(3))
    await expect(fit(normalizing, data, { ...good, batchSize: 7 })).rejects.toThrow(/leaves no last batch of one/)
    const run = await fit(normalizing, data, { ...good, epochs: 10 })
    expect(run.history.at(-1)?.loss).toBeLessThan(run.history[0]?.loss ?? 0)
    const back = new Model({ network: normalizing, parameters: run.model.parameters, loss: crossEntropy() })
    expect((await evaluate(back, data)).accuracy).toBeGreaterThan(0.6)
  })

  test('layerNorm', async () => {
    const normalizing = network({ input: [3] }, layerNorm())
    const model = new Model({ network: normalizing, parameters: normalizing.initialParameters(0) })
    const { values } = await predict(model, [
      [1, 2, 6],
      [0, 0, 0],
    ])
    const expected = [-0.9258189, -0.46290945, 1.38872836, 0, 0, 0]
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? 0, 5)
    })
  })
})
