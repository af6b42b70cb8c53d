/**
 * What a metric is: numbers that it sums or collects over batches, and the figure that it makes of them. Its memory is
 * a list of numbers, so that a checkpoint in the middle of an epoch can hold it.
 */

import { checkOptions, showValue } from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import type { EvaluatedBatch } from './evaluator.ts'

export interface Metric {
  readonly name: string
  readonly better: 'higher' | 'lower'
  /** Whether it needs targets that are classes. */
  readonly needsClasses?: boolean
  /** Adds a batch to the memory, which starts as an empty list. */
  add(memory: number[], batch: EvaluatedBatch): void
  value(memory: readonly number[]): number
}

/** The target of output `k` of a row as a number: class targets count as one-hot, or as 0 and 1 for a single output. */
export function targetAt({ targets, targetKind, outputs }: EvaluatedBatch, row: number, k: number): number {
  if (targetKind !== 'classes') return targets?.[row * outputs + k] ?? 0
  const label = targets?.[row] ?? 0
  return outputs === 1 ? label : label === k ? 1 : 0
}

function bump(memory: number[], at: number, by: number): void {
  memory[at] = (memory[at] ?? 0) + by
}

/** The mean over all outputs of a function of prediction and target. */
function meanOf(
  name: string,
  term: (prediction: number, target: number) => number,
  finish = (mean: number) => mean,
): Metric {
  return {
    name,
    better: 'lower',
    add: (memory, batch) => {
      const { predictions, rows, outputs } = batch
      let sum = 0
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < outputs; k++) sum += term(predictions[row * outputs + k] ?? 0, targetAt(batch, row, k))
      }
      bump(memory, 0, sum)
      bump(memory, 1, rows * outputs)
    },
    value: ([sum = 0, count = 0]) => finish(sum / count),
  }
}

/** Σ|p − t|/n */
export const meanAbsoluteError = (): Metric => meanOf('meanAbsoluteError', (p, t) => Math.abs(p - t))

/** √(Σ(p − t)²/n) */
export const rootMeanSquaredError = (): Metric => meanOf('rootMeanSquaredError', (p, t) => (p - t) ** 2, Math.sqrt)

/** 1 − Σ(p − t)²/Σ(t − mean t)², the mean over outputs. Of an output whose target never changes: 1 if exact, else 0. */
export function rSquared(): Metric {
  // For each output: count, the first target (taken out of the sums, which then lose no digits), Σd, Σd², Σ(p − t)².
  const FIELDS = 5
  return {
    name: 'rSquared',
    better: 'higher',
    add: (memory, batch) => {
      for (let row = 0; row < batch.rows; row++) {
        for (let k = 0; k < batch.outputs; k++) {
          const [t, p] = [targetAt(batch, row, k), batch.predictions[row * batch.outputs + k] ?? 0]
          const at = k * FIELDS
          if (memory[at] === undefined) memory.splice(at, FIELDS, 0, t, 0, 0, 0)
          const d = t - (memory[at + 1] ?? 0)
          ;[1, 0, d, d * d, (p - t) ** 2].forEach((by, field) => {
            bump(memory, at + field, by)
          })
        }
      }
    },
    value: (memory) => {
      const outputs = memory.length / FIELDS
      let total = 0
      for (let at = 0; at < memory.length; at += FIELDS) {
        const [count = 0, , sum = 0, squares = 0, errors = 0] = memory.slice(at, at + FIELDS)
        const spread = squares - (sum * sum) / count
        total += spread > 0 ? 1 - errors / spread : errors === 0 ? 1 : 0
      }
      return total / outputs
    },
  }
}

export interface OwnMetricOptions {
  better?: 'higher' | 'lower'
}

/**
 * A metric of one's own: the mean over the samples of `perSample(prediction, target)`, both as lists of the outputs.
 * @throws NablaError E-USAGE unless a function is given.
 */
export function ownMetric(
  name: string,
  perSample: (prediction: readonly number[], target: readonly number[]) => number,
  options: OwnMetricOptions = {},
): Metric {
  checkOptions(options, ['better'], `metric ${name}`)
  if (typeof perSample !== 'function') {
    const expected = 'a function of a prediction and its target'
    const fix = "write ownMetric('bias', ([p], [t]) => p - t)."
    throw new NablaError({ code: 'E-USAGE', where: `metric ${name}`, expected, received: showValue(perSample), fix })
  }
  return {
    name,
    better: options.better ?? 'lower',
    add: (memory, batch) => {
      for (let row = 0; row < batch.rows; row++) {
        const columns = Array.from({ length: batch.outputs }, (_, k) => k)
        const prediction = columns.map((k) => batch.predictions[row * batch.outputs + k] ?? 0)
        bump(
          memory,
          0,
          perSample(
            prediction,
            columns.map((k) => targetAt(batch, row, k)),
          ),
        )
      }
      bump(memory, 1, batch.rows)
    },
    value: ([sum = 0, count = 0]) => sum / count,
  }
}
