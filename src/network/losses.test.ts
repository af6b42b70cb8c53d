/** Losses by their values and gradients, computed by the reference backend from small programs. */

import { describe, expect, test } from 'vitest'
import { evaluateGraph } from '../backend/index.ts'
import { differentiate } from '../gradient/index.ts'
import { expandComposites, GraphBuilder } from '../graph/index.ts'
import { mean } from '../ops/index.ts'
import {
  binaryCrossEntropy,
  crossEntropy,
  customLoss,
  dense,
  huber,
  type Loss,
  lossByName,
  lossInput,
  mae,
  mse,
  network,
  relu,
  sigmoid,
  softmax,
} from './index.ts'

interface Case {
  predictions: number[][]
  targets: number[] | number[][]
  from?: 'logits' | 'probabilities'
  int?: boolean
}

/** The loss of each sample, and the gradient of their mean by the predictions. */
function compute(loss: Loss, { predictions, targets, from = 'logits', int = false }: Case) {
  const builder = new GraphBuilder()
  const shape = [predictions.length, predictions[0]?.length ?? 0]
  const p = builder.input('p', shape)
  const targetShape = Array.isArray(targets[0]) ? shape : [targets.length]
  const t = builder.constant(targets.flat(), targetShape, int ? 'int' : 'float')
  const losses = loss.perSample({ predictions: p, targets: t, from, inputs: p, uniform: () => p })
  const [gradient] = differentiate(builder, mean(losses), [p])
  builder.output('losses', losses)
  if (gradient !== undefined) builder.output('gradient', gradient)
  const graph = expandComposites(builder.build())
  const values = evaluateGraph(graph, () => Float64Array.from(predictions.flat()))
  const read = (name: string) => [...(values.get(graph.outputs.find((o) => o.name === name)?.node ?? -1)?.data ?? [])]
  return { losses: read('losses'), gradient: read('gradient') }
}

const close = (actual: number[], expected: number[], digits = 10) => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, digits)
  })
}

describe('regression losses', () => {
  const given = {
    predictions: [
      [1, 2],
      [3, -1],
    ],
    targets: [
      [0, 4],
      [3, 1],
    ],
  }
  test('mse is the mean of squares over outputs', () => {
    const { losses, gradient } = compute(mse(), given)
    close(losses, [2.5, 2])
    // 2(p − t)/(outputs·batch)
    close(gradient, [0.5, -1, 0, -1])
  })
  test("mse with half is the textbook's ½ Σ, whose gradient is (p − t)/batch", () => {
    const { losses, gradient } = compute(mse({ half: true }), given)
    close(losses, [2.5, 2])
    close(gradient, [0.5, -1, 0, -1])
    close(compute(mse({ half: true }), { predictions: [[1, 2, 3]], targets: [[0, 0, 0]] }).losses, [7])
  })
  test('mae and huber', () => {
    close(compute(mae(), given).losses, [1.5, 1])
    close(compute(huber(), given).losses, [(0.5 + 1.5) / 2, 1.5 / 2])
    close(compute(huber(2), given).losses, [(0.5 + 2) / 2, 2 / 2])
  })
  test('take class numbers as one-hot rows', () => {
    close(compute(mse(), { predictions: [[1, 0, 0]], targets: [1], int: true }).losses, [2 / 3])
  })
})

describe('cross-entropies', () => {
  const logits = [
    [1, -2, 0.5],
    [0, 3, -1],
  ]
  const softmaxOf = (row: number[]) => {
    const e = row.map(Math.exp)
    const sum = e.reduce((a, b) => a + b)
    return e.map((value) => value / sum)
  }
  const probabilities = logits.map(softmaxOf)
  const expected = [-Math.log(probabilities[0]?.[2] ?? 0), -Math.log(probabilities[1]?.[1] ?? 0)]

  test('agree from logits and probabilities, for class numbers and one-hot rows', () => {
    const oneHot = [
      [0, 0, 1],
      [0, 1, 0],
    ]
    close(compute(crossEntropy(), { predictions: logits, targets: [2, 1], int: true }).losses, expected)
    close(compute(crossEntropy(), { predictions: logits, targets: oneHot }).losses, expected)
    const from = 'probabilities'
    close(compute(crossEntropy(), { predictions: probabilities, targets: [2, 1], int: true, from }).losses, expected)
    close(compute(crossEntropy(), { predictions: probabilities, targets: oneHot, from }).losses, expected)
  })
  test('have the gradient (softmax − target)/batch by the logits', () => {
    const { gradient } = compute(crossEntropy(), { predictions: logits, targets: [2, 1], int: true })
    const rows = probabilities.map((row, i) => row.map((p, k) => (p - (k === [2, 1][i] ? 1 : 0)) / 2))
    close(gradient, rows.flat())
  })
  test('stay finite at ±1e4 and at probabilities of 0', () => {
    const far = compute(crossEntropy(), { predictions: [[1e4, -1e4]], targets: [1], int: true })
    close(far.losses, [2e4])
    close(far.gradient, [1, -1])
    const zero = compute(crossEntropy(), { predictions: [[1, 0]], targets: [1], int: true, from: 'probabilities' })
    expect(zero.losses[0]).toBeCloseTo(-Math.log(1e-7))
    expect(zero.gradient.every(Number.isFinite)).toBe(true)
    const binary = compute(binaryCrossEntropy(), { predictions: [[1e4], [-1e4]], targets: [[0], [0]] })
    close(binary.losses, [1e4, 0])
    close(binary.gradient, [0.5, 0])
  })
  test('binary ones agree from logits and probabilities, and take class numbers', () => {
    const z = [[0.5], [-2], [0]]
    const p = z.map(([x = 0]) => [1 / (1 + Math.exp(-x))])
    const t = [1, 0, 1]
    const losses = t.map((target, i) => -Math.log(target === 1 ? (p[i]?.[0] ?? 0) : 1 - (p[i]?.[0] ?? 0)))
    close(compute(binaryCrossEntropy(), { predictions: z, targets: t, int: true }).losses, losses)
    close(compute(binaryCrossEntropy(), { predictions: z, targets: t.map((x) => [x]) }).losses, losses)
    close(
      compute(binaryCrossEntropy(), { predictions: p, targets: t, int: true, from: 'probabilities' }).losses,
      losses,
    )
    // (σ(z) − t)/batch, at z = 0 too.
    const { gradient } = compute(binaryCrossEntropy(), { predictions: z, targets: t, int: true })
    close(
      gradient,
      p.map(([x = 0], i) => (x - (t[i] ?? 0)) / 3),
    )
  })
})

describe('what a loss takes', () => {
  const input = { input: [4] }
  test('is the logits that feed a softmax or sigmoid of its own kind', () => {
    const classes = network(input, dense(3), softmax())
    expect(lossInput(crossEntropy(), classes)).toEqual({ layer: 0, from: 'logits' })
    expect(lossInput(crossEntropy({ from: 'probabilities' }), classes)).toEqual({ layer: 1, from: 'probabilities' })
    expect(lossInput(crossEntropy(), network(input, dense(3)))).toEqual({ layer: 0, from: 'logits' })
    expect(lossInput(binaryCrossEntropy(), network(input, dense(1), sigmoid()))).toEqual({ layer: 0, from: 'logits' })
    expect(lossInput(mse(), classes)).toEqual({ layer: 1, from: 'logits' })
    expect(lossInput(mse(), network(input, dense(3), relu()))).toEqual({ layer: 1, from: 'logits' })
  })
  test('is refused where probabilities of another kind come, or the loss would apply softmax twice', () => {
    expect(() => lossInput(crossEntropy(), network(input, dense(3), sigmoid()))).toThrow(/use binaryCrossEntropy\(\)/)
    expect(() => lossInput(binaryCrossEntropy(), network(input, dense(3), softmax()))).toThrow(/use crossEntropy\(\)/)
    expect(() => lossInput(crossEntropy({ from: 'logits' }), network(input, dense(3), softmax()))).toThrow(/once more/)
  })
  test('refuses predictions [n, 1] against targets [n]', () => {
    for (const loss of [mse(), mae(), huber(), binaryCrossEntropy()]) {
      expect(() => compute(loss, { predictions: [[1], [2], [3]], targets: [1, 2, 3] })).toThrow(
        /E-SHAPE.*\[3, 1\][\s\S]*broadcasting/,
      )
    }
  })
  test('refuses class numbers for a single output of crossEntropy, and targets of another width', () => {
    expect(() => compute(crossEntropy(), { predictions: [[1]], targets: [0], int: true })).toThrow(
      /two classes or more/,
    )
    expect(() => compute(mse(), { predictions: [[1, 2]], targets: [[1, 2, 3]] as never })).toThrow()
  })
})

describe('losses by name', () => {
  test('are made with their options, and a wrong name is answered with the nearest', () => {
    expect(lossByName('huber', { delta: 2 }).options).toEqual({ delta: 2 })
    expect(() => lossByName('crossEntropie')).toThrow(/did you mean "crossEntropy"/)
    expect(() => lossByName('mse', { halv: true })).toThrow(/did you mean "half"/)
    expect(() => crossEntropy({ from: 'logit' as never })).toThrow(/'logits'/)
    expect(() => huber(0)).toThrow(/E-VALUE/)
    expect(() => customLoss('mse' as never)).toThrow(/E-USAGE/)
  })
})
