import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EvaluatedBatch } from './evaluator.ts'
import {
  f1,
  type Metric,
  meanAbsoluteError,
  metricByName,
  ownMetric,
  precision,
  recall,
  rocAuc,
  rootMeanSquaredError,
  rSquared,
  topKAccuracy,
} from './index.ts'

function batchOf(predictions: number[][], targets: number[] | number[][]): EvaluatedBatch {
  return {
    predictions: predictions.flat(),
    rows: predictions.length,
    outputs: predictions[0]?.length ?? 1,
    inputs: new Float32Array(predictions.length),
    targets: targets.flat(),
    targetKind: Array.isArray(targets[0]) ? 'values' : 'classes',
  }
}

/** The metric over batches of `size` rows. */
function measure(metric: Metric, predictions: number[][], targets: number[] | number[][], size = predictions.length) {
  const memory: number[] = []
  for (let from = 0; from < predictions.length; from += size) {
    metric.add(memory, batchOf(predictions.slice(from, from + size), targets.slice(from, from + size) as number[]))
  }
  return metric.value(memory)
}

/** Rows that answer these classes. */
const answers = (classes: number[], count: number) =>
  classes.map((label) => Array.from({ length: count }, (_, k) => (k === label ? 0.9 : 0.1)))

describe('precision, recall and F1', () => {
  // Class 1: 3 predicted, 2 of them right, of 4 that are there.
  const given = [1, 1, 1, 0, 0, 0]
  const truth = [1, 1, 0, 1, 1, 0]
  test('of two classes are those of class 1', () => {
    for (const rows of [answers(given, 2), given.map((p) => [p * 0.9])]) {
      expect(measure(precision(), rows, truth)).toBeCloseTo(2 / 3)
      expect(measure(recall(), rows, truth)).toBeCloseTo(2 / 4)
      expect(measure(f1(), rows, truth)).toBeCloseTo(4 / 7)
      expect(measure(recall({ class: 0 }), rows, truth)).toBeCloseTo(1 / 2)
    }
  })
  test('of three are the mean over classes; a class that is never predicted counts 0', () => {
    const rows = answers([0, 1, 1, 0], 3)
    // Class 0: 1 of 2 right; class 1: 1 of 2; class 2: none predicted.
    expect(measure(precision(), rows, [0, 1, 2, 2])).toBeCloseTo((0.5 + 0.5 + 0) / 3)
    expect(measure(recall(), rows, [0, 1, 2, 2])).toBeCloseTo((1 + 1 + 0) / 3)
  })
})

describe('rocAuc', () => {
  test('is the chance that a positive scores higher, for any scores, ties and batches', () => {
    const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 7 }), (samples, size) => {
        const positives = samples.filter(([, positive]) => positive)
        const negatives = samples.filter(([, positive]) => !positive)
        fc.pre(positives.length > 0 && negatives.length > 0)
        let wins = 0
        for (const [p] of positives) for (const [n] of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0
        const scores = samples.map(([score]) => [score / 6])
        const truth = samples.map(([, positive]) => (positive ? 1 : 0))
        const area = measure(rocAuc(), scores, truth, size)
        expect(area).toBeCloseTo(wins / (positives.length * negatives.length), 12)
      }),
      { numRuns: 200 },
    )
  })
  test('of one class alone is not a number', () => {
    expect(measure(rocAuc(), [[0.5], [0.7]], [1, 1])).toBeNaN()
  })
  test('of three classes is the mean over one against the rest', () => {
    expect(measure(rocAuc(), answers([0, 1, 2], 3), [0, 1, 2])).toBe(1)
  })
})

test('top-k counts a class among the k largest outputs', () => {
  const rows = [
    [0.5, 0.3, 0.2],
    [0.1, 0.2, 0.7],
  ]
  expect(measure(topKAccuracy(1), rows, [0, 0])).toBe(0.5)
  expect(measure(topKAccuracy(2), rows, [1, 0])).toBe(0.5)
  expect(measure(topKAccuracy(3), rows, [2, 0])).toBe(1)
})

describe('figures of errors', () => {
  const predictions = [
    [1, 10],
    [2, 20],
    [4, 60],
  ]
  const targets = [
    [1, 20],
    [3, 20],
    [5, 50],
  ]
  test('over batches of any size', () => {
    for (const size of [1, 2, 3]) {
      expect(measure(meanAbsoluteError(), predictions, targets, size)).toBeCloseTo(22 / 6)
      expect(measure(rootMeanSquaredError(), predictions, targets, size)).toBeCloseTo(Math.sqrt(202 / 6))
      // Column 0: 1 − 2/8; column 1: 1 − 200/600.
      expect(measure(rSquared(), predictions, targets, size)).toBeCloseTo((0.75 + 2 / 3) / 2)
    }
  })
  test('r² keeps its digits far from 0', () => {
    const far = (rows: number[][]) => rows.map((row) => row.map((value) => value + 1e9))
    expect(measure(rSquared(), far(predictions), far(targets))).toBeCloseTo((0.75 + 2 / 3) / 2, 6)
  })
  test('take class numbers as 0 and 1', () => {
    expect(measure(meanAbsoluteError(), [[0.2], [0.6]], [0, 1])).toBeCloseTo(0.3)
  })
})

test('a metric of one’s own, and by a wrong name', () => {
  const bias = ownMetric('bias', ([p = 0], [t = 0]) => p - t)
  expect(measure(bias, [[2], [4]], [[1], [1]], 1)).toBe(2)
  expect(() => metricByName('presision')).toThrow(/did you mean "precision"/)
  expect(() => ownMetric('bias', 3 as never)).toThrow(/E-USAGE/)
})
