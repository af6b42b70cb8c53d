import { describe, expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import { adam, crossEntropy, dense, network, relu } from '../network/index.ts'
import { RandomStream } from '../shared/index.ts'
import { classifier, crossValidate, predict, regressor } from './index.ts'

const random = new RandomStream(8, 0)
// Far from 0 and of unlike sizes, so that it fails without scaling.
const X = Array.from({ length: 90 }, () => [1000 + 50 * random.normal(), 0.01 * random.normal()])
const flowers = X.map(([a = 0, b = 0]) => (a > 1000 ? (b > 0 ? 'rose' : 'lily') : 'aster'))

describe('a classifier', () => {
  test('keeps names, scores, and gives probabilities', async () => {
    const model = await classifier({ hidden: [16], epochs: 60, learningRate: 0.02, seed: 1 }).fit(X, flowers)
    expect(model.classes).toEqual(['aster', 'lily', 'rose'])
    expect(await model.score(X, flowers)).toBeGreaterThan(0.95)
    expect(
      await model.predict([
        [900, 0],
        [1100, 0.02],
      ]),
    ).toEqual(['aster', 'rose'])
    const [row = []] = await model.predictProbabilities([[900, 0]])
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1)
    expect((await predict(model.model, [[900, 0]])).labels()).toEqual(['aster'])
  })
  test('takes any numbers as classes, and gives them back', async () => {
    const y = X.map(([a = 0]) => (a > 1000 ? 7 : -3))
    const model = await classifier({ hidden: [], epochs: 40, learningRate: 0.05 }).fit(X, y)
    expect(model.classes).toEqual([-3, 7])
    expect(await model.score(X, y)).toBeGreaterThan(0.95)
  })
  test('refuses one class, what is no label, and use before fit', async () => {
    await expect(classifier().fit([[1], [2]], ['a', 'a'])).rejects.toMatchObject({ code: 'E-DATA', received: '1: a' })
    await expect(classifier().fit([[1], [2]], [1, Number.NaN])).rejects.toThrow(/row 1/)
    await expect(classifier().predict([[1]])).rejects.toMatchObject({ code: 'E-USAGE' })
    expect(() => classifier({ hiden: [3] } as never)).toThrow(/did you mean "hidden"/)
    await expect(classifier({ activation: 'rellu' }).fit(X, flowers)).rejects.toThrow(/did you mean "relu"/)
  })
})

describe('a regressor', () => {
  test('predicts in the units of y', async () => {
    const y = X.map(([a = 0, b = 0]) => 5e4 + 300 * (a - 1000) + 1e6 * b)
    const model = await regressor({ hidden: [16], epochs: 80, learningRate: 0.02, seed: 1 }).fit(X, y)
    expect(await model.score(X, y)).toBeGreaterThan(0.97)
    const [value] = await model.predict([[1000, 0]])
    expect(Math.abs(Number(value) - 5e4)).toBeLessThan(5e3)
  })
  test('takes rows of targets', async () => {
    const y = X.map(([a = 0, b = 0]) => [a, 100 * b])
    const model = await regressor({ hidden: [], epochs: 60, learningRate: 0.05 }).fit(X, y)
    expect(await model.score(X, y)).toBeGreaterThan(0.97)
    expect(await model.predict([[1000, 0]])).toHaveLength(1)
  })
})

test('cross-validation trains once a fold and gives mean and deviation', async () => {
  const data = dataset({ inputs: X.map(([a = 0, b = 0]) => [(a - 1000) / 50, b * 100]), labels: flowers })
  const net = network({ input: [2] }, dense(12), relu(), dense(3))
  const options = { loss: crossEntropy(), optimizer: adam(0.03), epochs: 12, batchSize: 16, metrics: ['f1'] }
  const { runs, scores } = await crossValidate(net, data, options, { folds: 3 })
  expect(runs).toHaveLength(3)
  expect(scores.validationAccuracy?.mean).toBeGreaterThan(0.8)
  expect(Object.keys(scores)).toEqual(['validationLoss', 'validationAccuracy', 'validationF1'])
  expect(scores.validationLoss?.values).toEqual(runs.map(({ history }) => history.at(-1)?.validationLoss))
  await expect(crossValidate(net, data, options, { folds: 1 })).rejects.toMatchObject({ code: 'E-VALUE' })
})
