/** Streams train as data in memory does: to the same bits where the order can be the same, and after any interruption. */

import { describe, expect, test } from 'vitest'
import { dataset, fitStandardise, type Sample, type StreamedDataset, streamDataset } from '../data/index.ts'
import { adam, crossEntropy, dense, dropout, mse, network, relu, sigmoid } from '../network/index.ts'
import { RandomStream } from '../shared/index.ts'
import { type Checkpoint, createTrainer, evaluate, type FitOptions, fit, predict, type Run } from './index.ts'

const COUNT = 53
const random = new RandomStream(7, 0)
const points = Array.from({ length: COUNT }, () => [random.normal(), 3 * random.normal() + 1])
const labels = points.map(([x = 0, y = 0]) => (x * y > 0 ? 1 : 0))
const names = ['apart', 'together']
const inMemory = dataset({ inputs: points, labels, classNames: names })
const net = network({ input: [2] }, dense(6), relu(), dropout(0.2), dense(2))
const options: FitOptions = { loss: crossEntropy(), optimizer: adam(0.02), epochs: 4, batchSize: 8, seed: 3 }

/** Answers late, and out of order. */
function randomSource(): Promise<StreamedDataset> {
  return streamDataset({
    count: COUNT,
    inputShape: [2],
    classNames: names,
    read: async (indices, { inputs, targets }) => {
      await new Promise((resolve) => setTimeout(resolve, (indices[0] ?? 0) % 3))
      indices.forEach((index, row) => {
        inputs.set(points[index] ?? [], row * 2)
        if (targets !== undefined) targets[row] = labels[index] ?? 0
      })
    },
  })
}

async function* generate(): AsyncGenerator<Sample> {
  for (const [i, input] of points.entries()) yield { input, label: names[labels[i] ?? 0] ?? '' }
}

const sequential = (shuffleBuffer = 11) => streamDataset({ inputShape: [2], samples: generate, shuffleBuffer })

const bitsOf = ({ model, history }: Run) => ({
  parameters: model.parameters,
  history: history.map(({ seconds: _, ...record }) => record),
})

describe('a stream of random access', () => {
  test('trains to the bits of the same data in memory, a share kept apart and weights given', async () => {
    const further = { ...options, validation: 0.25, classWeights: [1, 2], metrics: ['f1'] }
    const whole = await fit(net, inMemory, further)
    expect(bitsOf(await fit(net, await randomSource(), further))).toEqual(bitsOf(whole))
  })

  test('keeps its order where nothing is shuffled, in parts too', async () => {
    const part = (await randomSource()).subset([4, 2, 50])
    const batches = []
    for await (const { inputs, targets } of part.batches({ batchSize: 2, shuffle: false })) {
      batches.push([...inputs], [...(targets ?? [])])
    }
    const rows = (indices: number[]) => [...Float32Array.from(indices.flatMap((index) => points[index] ?? []))]
    const at = (indices: number[]) => indices.map((index) => labels[index])
    expect(batches).toEqual([rows([4, 2]), at([4, 2]), rows([50]), at([50])])
  })
})

describe('a sequential stream', () => {
  test('learns its classes and its count, and gives every sample once an epoch', async () => {
    const data = await sequential(7)
    expect(data).toMatchObject({ count: COUNT, classNames: names, access: 'sequential', shuffleBuffer: 7 })
    expect([...data.classCounts()]).toEqual([...inMemory.classCounts()])
    const pass = async (epoch: number) => {
      const seen: number[] = []
      for await (const { inputs } of data.batches({ batchSize: 9, epoch })) {
        for (let row = 0; row < inputs.length; row += 2) seen.push(inputs[row] ?? 0)
      }
      return seen
    }
    const order = [...Float32Array.from(points, ([x = 0]) => x)]
    const [first, second] = [await pass(0), await pass(1)]
    expect([...first].sort()).toEqual([...order].sort())
    expect(first).not.toEqual(order)
    expect(second).not.toEqual(first)
    expect(await pass(0)).toEqual(first)
    // No sample comes more than a buffer before its turn.
    first.forEach((value, at) => {
      expect(order.indexOf(value) - at).toBeLessThan(7)
    })
  })

  test('unshuffled, trains to the bits of the same data in memory', async () => {
    const ordered = { ...options, shuffle: false }
    expect(bitsOf(await fit(net, await sequential(), ordered))).toEqual(bitsOf(await fit(net, inMemory, ordered)))
  })

  test('in two parts: each sample is in one of them', async () => {
    const [train, held] = (await sequential()).split(0.8, { seed: 5 })
    const memory = inMemory.split(0.8, { seed: 5 })
    const sorted = (values: Float32Array | Uint8Array) => [...values].sort()
    expect(sorted((await train.load()).inputs)).toEqual(sorted(memory[0].inputs))
    expect(sorted((await held.load()).inputs)).toEqual(sorted(memory[1].inputs))
  })
})

describe.each(['random', 'sequential'] as const)('%s access', (access) => {
  const open = (): Promise<StreamedDataset> => (access === 'random' ? randomSource() : sequential())

  test('a run goes on to the same bits from the middle of an epoch', async () => {
    const saved: Checkpoint[] = []
    const checkpoint = { everySteps: 1, save: (each: Checkpoint) => void saved.push(each) }
    const whole = await fit(net, await open(), { ...options, validation: 0.2, checkpoint })
    for (const resume of saved.filter((_, i) => i % 5 === 2)) {
      expect(bitsOf(await fit(net, await open(), { ...options, validation: 0.2, resume }))).toEqual(bitsOf(whole))
    }
    const other = await fit(net, await sequential(12), { ...options, validation: 0.2, ...only(saved[2]) }).catch(
      (e) => e,
    )
    expect(other).toMatchObject({ code: 'E-MODEL', where: 'resume, shuffle' })
  })

  test('is scaled, evaluated, predicted and loaded as in memory', async () => {
    const stream = await open()
    const scaling = await fitStandardise(stream)
    const exact = fitStandardise(inMemory)
    const numbers = (record: { scale: number[]; offset: number[] }) => [...record.scale, ...record.offset]
    numbers(exact.toJSON()).forEach((value, k) => {
      expect(numbers(scaling.toJSON())[k]).toBeCloseTo(value, 12)
    })
    const { model } = await fit(net, exact.apply(inMemory), options)
    const whole = model.with({ preprocessing: exact })
    expect(await evaluate(whole, stream)).toEqual(await evaluate(whole, inMemory))
    expect((await predict(whole, stream)).values).toEqual((await predict(whole, inMemory)).values)
    expect((await exact.apply(stream).load()).sample(3)).toEqual(exact.apply(inMemory).sample(3))
  })

  test('a loss that diverges is located in a stream too', async () => {
    const failing = fit(net, await open(), { ...options, optimizer: adam(1e30), epochs: 8 })
    await expect(failing).rejects.toMatchObject({ code: 'E-DIVERGED' })
  })
})

test('a loop of one’s own takes the batches', async () => {
  const trainer = await createTrainer(net, { loss: crossEntropy(), optimizer: adam(0.02) })
  let last = Infinity
  for await (const { inputs, targets } of (await sequential()).batches({ batchSize: 20 })) {
    last = (await trainer.step(inputs, targets)).loss
  }
  expect(trainer.stepCount).toBe(3)
  expect(last).toBeLessThan(2)
  trainer.close()
})

const only = (resume: Checkpoint | undefined) => (resume === undefined ? {} : { resume })

describe('what is wrong with a source is named', () => {
  const good: Sample[] = points.map((input, i) => ({ input, label: labels[i] ?? 0 }))
  const source = (samples: () => Iterable<unknown>) =>
    streamDataset({ inputShape: [2], name: 'mine', samples: samples as () => Iterable<Sample> })
  const train = async (data: Promise<StreamedDataset>) => fit(net, await data, options)
  const replace = (at: number, sample: unknown) => source(() => good.map((each, i) => (i === at ? sample : each)))

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['no samples', () => train(source(() => [])), /E-DATA: mine: expected at least one sample/],
    ['NaN', () => train(replace(5, { input: [1, Number.NaN], label: 0 })), /E-NAN: mine, sample 5, input, number 1/],
    [
      'too short',
      () => train(replace(5, { input: [1], label: 0 })),
      /E-DATA: mine, sample 5, input: expected 2 numbers/,
    ],
    ['no label', () => train(replace(50, { input: [1, 2] })), /E-DATA: mine, sample 50, label/],
    ['a hole', () => train(replace(50, undefined)), /E-DATA: mine, sample 50: expected { input, label }/],
    ['another kind of label', () => train(replace(50, { input: [1, 2], label: 'x' })), /E-DATA: mine: labels.*"x"/],
    ['one use only', () => train(source(onceOnly())), /53 samples, as when it was opened, received 0/],
    ['no iterable', () => train(source(() => 7 as never)), /E-USAGE: mine: samples/],
    ['a generator, not a function', () => streamDataset({ inputShape: [2], samples: generate() } as never), /E-USAGE/],
    ['nothing', () => streamDataset(undefined as never), /E-USAGE/],
    ['no shape', () => streamDataset({ samples: generate } as never), /E-SHAPE: stream: inputShape/],
    ['a source that forgets', () => train(forgetful({})), /E-NAN: stream: inputs, row \d+, column 0/],
    [
      'an unknown class',
      () => train(forgetful({ inputs: 0, targets: 2 })),
      /labels, row \d+: expected a class from 0 to 1/,
    ],
    ['a source that fails', () => train(failing()), /the disk is gone/],
    [
      'a stream for folds',
      async () => (await import('./index.ts')).crossValidate(net, (await sequential()) as never, options),
      /E-USAGE.*in memory/s,
    ],
    ['targets out of reach', outOfReach, /E-DATA: targets of data set "mine": expected numbers from 0 to 1/],
  ])('%s', async (_, attempt, message) => {
    await expect(attempt()).rejects.toThrow(message)
  })

  function onceOnly(): () => Iterable<Sample> {
    const iterator = good[Symbol.iterator]()
    return () => ({ [Symbol.iterator]: () => iterator })
  }

  function forgetful({ inputs, targets }: { inputs?: number; targets?: number }): Promise<StreamedDataset> {
    return streamDataset({
      count: 20,
      inputShape: [2],
      classNames: names,
      read: (_, batch) => {
        if (inputs !== undefined) batch.inputs.fill(inputs)
        if (targets !== undefined) batch.targets?.fill(targets)
      },
    })
  }

  function failing(): Promise<StreamedDataset> {
    const read = () => Promise.reject(new Error('the disk is gone'))
    return streamDataset({ count: 20, inputShape: [2], classNames: names, read })
  }

  async function outOfReach(): Promise<unknown> {
    const samples = () => points.map((input, i): Sample => ({ input, target: i / 20 }))
    const data = await streamDataset({ inputShape: [2], name: 'mine', samples })
    return fit(network({ input: [2] }, dense(1), sigmoid()), data, { ...options, loss: mse() })
  }
})
