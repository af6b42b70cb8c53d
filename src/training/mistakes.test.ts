/** What a user can get wrong, each with the error that says so. */

import { describe, expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import {
  adam,
  binaryCrossEntropy,
  crossEntropy,
  customLoss,
  dense,
  l2,
  mse,
  network,
  relu,
  sgd,
  sigmoid,
  softmax,
  tanh,
} from '../network/index.ts'
import { argmax, equal, log, mul, sub, sum, toFloat } from '../ops/index.ts'
import { NablaError } from '../shared/index.ts'
import { createTrainer, DivergedError, evaluate, type FitOptions, fit, predict, untrainedModel } from './index.ts'

const classes = dataset({
  name: 'animals',
  inputs: [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  labels: [0, 2, 1],
})
const numbers = dataset({
  name: 'prices',
  inputs: [
    [1, 2],
    [3, 4],
  ],
  targets: [[0.5], [1.5]],
})
const net = network({ input: [2] }, dense(4), tanh(), dense(3))
const good: FitOptions = { loss: crossEntropy(), optimizer: adam(1e-3), epochs: 1 }

async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof NablaError) return error
  throw error ?? new Error('not refused')
}

describe('options of fit', () => {
  test.each<[string, object, string, string]>([
    ['an unknown optimiser', { optimizer: 'adma' }, 'E-NAME', 'did you mean "adam"?'],
    ['an optimiser that was not called', { optimizer: adam }, 'E-USAGE', '(1e-3)'],
    ['no optimiser', { optimizer: undefined }, 'E-USAGE', 'adam(1e-3)'],
    ['a loss that was not called', { loss: crossEntropy }, 'E-USAGE', 'crossEntropy()'],
    ['a loss by name', { loss: 'crossEntropy' }, 'E-USAGE', 'crossEntropy()'],
    ['no epochs', { epochs: 0 }, 'E-VALUE', '1 or more'],
    ['half an epoch', { epochs: 1.5 }, 'E-VALUE', '1 or more'],
    ['a batch of nothing', { batchSize: 0 }, 'E-VALUE', "'all'"],
    ['a batch size as text', { batchSize: '32' }, 'E-VALUE', "'all'"],
    ['a negative seed', { seed: -1 }, 'E-VALUE', '0 or more'],
    ['a validation share of everything', { validation: 1 }, 'E-VALUE', '0.1'],
    ['an unknown backend', { backend: 'referense' }, 'E-NAME', 'did you mean "reference"?'],
    ['an unknown option', { batchsize: 32 }, 'E-NAME', 'did you mean "batchSize"?'],
    ['clipping by nothing', { clip: {} }, 'E-USAGE', 'clip: { norm: 1 }'],
    ['a regulariser by name', { regularizer: 'l2' }, 'E-USAGE', 'l2(λ)'],
    ['parameters of another network', { initial: new Map() }, 'E-MODEL', 'trained with this network'],
  ])('%s', async (_, options, code, fix) => {
    const error = await refusal(fit(net, classes, { ...good, ...options } as FitOptions))
    expect(error.code).toBe(code)
    expect(error.fix).toContain(fix)
  })

  test('something that is no network, or no data', async () => {
    expect((await refusal(fit({} as never, classes, good))).code).toBe('E-USAGE')
    expect((await refusal(fit(net, [[1, 2]] as never, good))).code).toBe('E-USAGE')
  })
})

describe('data that does not fit', () => {
  test('samples of another shape', async () => {
    const wide = network({ input: [3] }, dense(3))
    expect((await refusal(fit(wide, classes, good))).toJSON()).toEqual({
      code: 'E-SHAPE',
      where: 'data set "animals"',
      expected: "samples of [3], as the network's input",
      received: '[2]',
      fix: 'write network({ input: [2] }, …), or give samples of [3].',
    })
    const pictures = dataset({
      inputs: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      labels: [0],
      classNames: ['a', 'b'],
    })
    const flat = network({ input: [4] }, dense(2))
    expect((await refusal(fit(flat, pictures, good))).fix).toContain('data.reshape([4])')
  })

  test('more classes than outputs', async () => {
    const two = network({ input: [2] }, dense(2))
    expect((await refusal(fit(two, classes, good))).toJSON()).toEqual({
      code: 'E-VALUE',
      where: 'targets of data set "animals"',
      expected: 'classes from 0 to 1, as the network has 2 outputs',
      received: '3 classes, up to 2',
      fix: 'end the network with dense(3), or correct the labels.',
    })
    const one = network({ input: [2] }, dense(1), sigmoid())
    const three = await refusal(fit(one, classes, { ...good, loss: binaryCrossEntropy() }))
    expect(three.code).toBe('E-VALUE')
  })

  test('two classes and one output for crossEntropy', async () => {
    const data = dataset({
      inputs: [
        [1, 2],
        [3, 4],
      ],
      labels: [0, 1],
    })
    const error = await refusal(fit(network({ input: [2] }, dense(1)), data, good))
    expect(error.fix).toBe('use binaryCrossEntropy(), or end the network with dense(2).')
  })

  test('targets of another width, and class numbers given as targets', async () => {
    const error = await refusal(fit(net, numbers, { ...good, loss: mse() }))
    expect(error).toMatchObject({ code: 'E-SHAPE', expected: "[3] a sample, as the network's output", received: '[1]' })
    expect((await refusal(fit(net, numbers, good))).fix).toContain('labels, not as targets')
  })

  test('targets outside what the last layer can give, with the row', async () => {
    const data = dataset({
      inputs: [
        [1, 2],
        [3, 4],
      ],
      targets: [[0.5], [1.5]],
    })
    const squashed = network({ input: [2] }, dense(1), sigmoid())
    expect(await refusal(fit(squashed, data, { ...good, loss: mse() }))).toMatchObject({
      code: 'E-DATA',
      expected: 'numbers from 0 to 1, the range of the last layer, "sigmoid1" (sigmoid)',
      received: '1.5 in row 1, column 0',
    })
    const linear = network({ input: [2] }, dense(1))
    expect((await refusal(fit(linear, data, { ...good, loss: binaryCrossEntropy() }))).expected).toContain(
      'what the loss binaryCrossEntropy is defined on',
    )
  })

  test('no targets', async () => {
    const data = dataset({ inputs: [[1, 2]] })
    expect((await refusal(fit(net, data, good))).code).toBe('E-DATA')
  })

  test('a validation set of another kind', async () => {
    const validation = dataset({ inputs: [[1, 2]], targets: [[1, 0, 0]] })
    expect((await refusal(fit(net, classes, { ...good, validation }))).expected).toContain('classes')
  })

  test('an empty data set, and NaN with its row and column', async () => {
    expect((await refusal((async () => fit(net, { inputs: [], labels: [] }, good))())).code).toBe('E-DATA')
    const nan = await refusal((async () => fit(net, { inputs: [[1, Number.NaN]], labels: [0] }, good))())
    expect(nan.code).toBe('E-NAN')
    expect(nan.where).toContain('row 0, column 1')
  })

  test('in evaluate and predict', async () => {
    const model = untrainedModel(net).with({ loss: crossEntropy() })
    expect((await refusal(predict(model, [[1, 2, 3]]))).code).toBe('E-SHAPE')
    expect((await refusal(evaluate(model, dataset({ inputs: [[1, 2]] })))).code).toBe('E-DATA')
    expect((await refusal(evaluate(untrainedModel(net), classes))).fix).toContain('loss: crossEntropy()')
    expect((await refusal(predict(model, [[1, 2]], { batchsize: 2 } as never))).fix).toContain('batchSize')
  })
})

describe('losses and last layers that do not belong together', () => {
  test('are refused before anything is built', async () => {
    const squashed = network({ input: [2] }, dense(3), sigmoid())
    expect((await refusal(fit(squashed, classes, good))).fix).toContain('binaryCrossEntropy()')
    const twice = { ...good, loss: crossEntropy({ from: 'logits' }) }
    expect((await refusal(fit(network({ input: [2] }, dense(3), softmax()), classes, twice))).code).toBe('E-USAGE')
  })

  test.each([
    [
      'an arg-max',
      ({ predictions }: { predictions: Parameters<typeof argmax>[0] }) => toFloat(argmax(predictions)),
      'argmax',
    ],
    [
      'a comparison',
      ({ predictions }: { predictions: Parameters<typeof argmax>[0] }) => sum(equal(predictions, 0), { axes: 1 }),
      'equal',
    ],
  ])('a loss of one’s own that is cut by %s', async (_, perSample, name) => {
    const error = await refusal(
      fit(net, dataset({ inputs: [[1, 2]] }), { ...good, loss: customLoss(perSample, { needsTargets: false }) }),
    )
    expect(error.code).toBe('E-GRADIENT')
    expect(error.received).toContain(name)
    for (const { name: parameter } of net.parameters) expect(error.where).toContain(parameter)
  })
})

describe('a loss that becomes NaN or infinite', () => {
  const data = dataset({ inputs: [[1], [2], [3]], targets: [[1], [2], [3]] })

  test('stops, and names the step and the operation; the parameters before it are kept', async () => {
    const net = network({ input: [1] }, dense(1, { name: 'only' }))
    const steps: number[] = []
    const options: FitOptions = {
      loss: mse(),
      optimizer: sgd(1e6),
      epochs: 100,
      batchSize: 2,
      onStep: ({ loss }) => steps.push(loss),
    }
    const error = await refusal(fit(net, data, options))
    expect(error).toBeInstanceOf(DivergedError)
    expect(error.code).toBe('E-DIVERGED')
    const { run } = error as DivergedError
    const bad = steps.findIndex((loss) => !Number.isFinite(loss)) + 1
    expect(error.where).toContain(`step ${bad} `)
    expect(error.where).toContain('loss/mse, square')
    expect(run.stopped).toMatchObject({ reason: 'diverged', step: bad - 1 })
    expect(run.kept).toBe('lastGood')
    for (const values of run.model.parameters.values()) expect(values.every(Number.isFinite)).toBe(true)
    // The same run, stopped by hand before the bad step, has the same parameters.
    const controller = new AbortController()
    const onStep = ({ step }: { step: number }) => step === bad - 1 && controller.abort()
    const cut = await fit(net, data, {
      ...options,
      onStep,
      signal: controller.signal,
      epochs: Math.ceil((bad - 1) / 2),
    })
    if (cut.kept === 'last') expect(cut.model.parameters).toEqual(run.model.parameters)
  })

  test('names the layer whose product overflows', async () => {
    const net = network({ input: [1] }, dense(1, { name: 'first' }), dense(1, { name: 'second' }))
    const initial = new Map([...net.initialParameters(1)].map(([name]) => [name, Float32Array.of(1e30)]))
    const error = await refusal(fit(net, data, { loss: mse(), optimizer: sgd(0.1), epochs: 1, initial }))
    expect(error.where).toContain('step 1 (epoch 1), layer "second", matmul [3, 1]')
    expect(error.received).toContain("which f32 can't hold")
  })

  test('names the layer where a loss of one’s own takes the logarithm of a negative number', async () => {
    const net = network({ input: [1] }, dense(1, { name: 'first' }), relu(), dense(1, { name: 'second' }))
    const loss = customLoss(({ predictions }) => mul(sum(log(sub(predictions, 1e3)), { axes: 1 }), -1), {
      needsTargets: false,
    })
    const error = await refusal(fit(net, data, { loss, optimizer: sgd(0.1), epochs: 1 }))
    expect(error.where).toContain('step 1 (epoch 1), loss/custom, log')
    expect(error.received).toContain('NaN')
  })
})

test('a penalty that is not read as an output trains, and is reported', async () => {
  const run = await fit(net, classes, { ...good, regularizer: l2(0.1), epochs: 2 })
  expect(run.history[0]?.penalty).toBeGreaterThan(0)
})

describe('a trainer', () => {
  test('refuses a list of n numbers against predictions [n, 1]', async () => {
    const trainer = await createTrainer(network({ input: [2] }, dense(1)), { loss: mse(), optimizer: sgd(0.1) })
    expect(
      (
        await refusal(
          trainer.step(
            [
              [1, 2],
              [3, 4],
            ],
            [1, 2],
          ),
        )
      ).toJSON(),
    ).toMatchObject({
      code: 'E-SHAPE',
      expected: 'targets [2, 1], as the predictions',
      received: '[2]',
    })
    expect(
      (
        await trainer.step(
          [
            [1, 2],
            [3, 4],
          ],
          [[1], [2]],
        )
      ).step,
    ).toBe(1)
    trainer.close()
  })
  test('refuses classes out of range', async () => {
    const trainer = await createTrainer(net, { loss: crossEntropy(), optimizer: adam() })
    expect((await refusal(trainer.step([[1, 2]], [3]))).expected).toBe('a class from 0 to 2')
    trainer.close()
  })
})
