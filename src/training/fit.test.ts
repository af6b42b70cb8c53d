import { expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import {
  adam,
  binaryCrossEntropy,
  crossEntropy,
  dense,
  network,
  relu,
  sgd,
  sigmoid,
  softmax,
  tanh,
} from '../network/index.ts'
import { RandomStream } from '../shared/index.ts'
import { evaluate, fit, predict } from './index.ts'

/** Two interleaved rings of points: not separable by a line. */
function rings(count: number) {
  const random = new RandomStream(7, 0)
  const labels = Array.from({ length: count }, (_, i) => i % 2)
  const inputs = labels.map((label) => {
    const angle = 2 * Math.PI * random.uniform()
    const radius = 1 + label + 0.2 * random.normal()
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
  return dataset({ name: 'rings', inputs, labels })
}

test('a classifier learns two rings, and the same seed gives the same bits', async () => {
  const data = rings(120)
  const net = network({ input: [2] }, dense(16), relu(), dense(2), softmax())
  const options = { loss: crossEntropy(), optimizer: adam(0.02), epochs: 12, batchSize: 16, seed: 3, validation: 0.2 }
  const run = await fit(net, data, options)
  expect(run.history).toHaveLength(12)
  expect(run.history.at(-1)?.accuracy).toBeGreaterThan(0.9)
  expect(run.history.at(-1)?.validationAccuracy).toBeGreaterThan(0.8)
  const again = await fit(net, data, options)
  expect(again.model.parameters).toEqual(run.model.parameters)
  const evaluation = await evaluate(run.model, data)
  expect(evaluation.accuracy).toBeGreaterThan(0.9)
  const predictions = await predict(run.model, [
    [0, 0.9],
    [2, 0],
  ])
  expect(predictions.labels()).toEqual(['0', '1'])
  expect(predictions.row(0).reduce((a, b) => a + b)).toBeCloseTo(1)
})

test('XOR, one sample at a time', async () => {
  const data = dataset({
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    labels: [0, 1, 1, 0],
  })
  const net = network({ input: [2] }, dense(4), tanh(), dense(1), sigmoid())
  const run = await fit(net, data, {
    loss: binaryCrossEntropy(),
    optimizer: sgd(0.5),
    epochs: 300,
    batchSize: 1,
    seed: 1,
  })
  expect(run.history.at(-1)?.accuracy).toBe(1)
})

test('a run that diverges says where, and keeps the last good parameters', async () => {
  const data = dataset({ inputs: [[1], [2]], targets: [1, 2] })
  const net = network({ input: [1] }, dense(1))
  const { mse } = await import('../network/index.ts')
  const failed = fit(net, data, { loss: mse(), optimizer: sgd(1e6), epochs: 300, batchSize: 2 })
  await expect(failed).rejects.toMatchObject({ code: 'E-DIVERGED' })
})
