/** Metrics of answers that are classes: top-k, precision, recall, F1, area under the ROC curve. */

import { checkNumber, checkOptions } from '../network/index.ts'
import { classOf, type EvaluatedBatch } from './evaluator.ts'
import type { Metric } from './metric.ts'

/** The share of samples whose class is among the k largest outputs. @throws NablaError E-VALUE. */
export function topKAccuracy(k: number): Metric {
  checkNumber(k, 'topKAccuracy', { least: 1, whole: true })
  return {
    name: `top${k}Accuracy`,
    better: 'higher',
    needsClasses: true,
    add: (memory, { predictions, targets, rows, outputs }) => {
      for (let row = 0; row < rows; row++) {
        const own = predictions[row * outputs + (targets?.[row] ?? 0)] ?? 0
        let above = 0
        for (let other = 0; other < outputs; other++) if ((predictions[row * outputs + other] ?? 0) > own) above++
        memory[0] = (memory[0] ?? 0) + (above < k ? 1 : 0)
      }
      memory[1] = (memory[1] ?? 0) + rows
    },
    value: ([right = 0, count = 0]) => right / count,
  }
}

export interface ClassMetricOptions {
  /** The class to measure. Where nothing is said: class 1 of two, else the mean over all classes. */
  class?: number
}

/** `memory[target · classes + prediction]` counts samples. */
function count(memory: number[], batch: EvaluatedBatch): void {
  const classes = Math.max(2, batch.outputs)
  while (memory.length < classes * classes) memory.push(0)
  for (let row = 0; row < batch.rows; row++) {
    const at = (batch.targets?.[row] ?? 0) * classes + classOf(batch.predictions, row, batch.outputs)
    memory[at] = (memory[at] ?? 0) + 1
  }
}

interface ClassCounts {
  truePositives: number
  predicted: number
  actual: number
}

function countsOf(memory: readonly number[], label: number): ClassCounts {
  const classes = Math.sqrt(memory.length)
  let [predicted, actual] = [0, 0]
  for (let other = 0; other < classes; other++) {
    predicted += memory[other * classes + label] ?? 0
    actual += memory[label * classes + other] ?? 0
  }
  return { truePositives: memory[label * classes + label] ?? 0, predicted, actual }
}

/** 0 where nothing was predicted, or nothing was there to be found. */
const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)

function classMetric(name: string, options: ClassMetricOptions, figure: (counts: ClassCounts) => number): Metric {
  checkOptions(options, ['class'], name)
  if (options.class !== undefined) checkNumber(options.class, `${name}, class`, { least: 0, whole: true })
  return {
    name,
    better: 'higher',
    needsClasses: true,
    add: count,
    value: (memory) => {
      const classes = Math.sqrt(memory.length)
      const label = options.class ?? (classes === 2 ? 1 : undefined)
      if (label !== undefined) return figure(countsOf(memory, label))
      let sum = 0
      for (let each = 0; each < classes; each++) sum += figure(countsOf(memory, each))
      return sum / classes
    },
  }
}

/** Of the samples that were said to be of a class, the share that is. */
export const precision = (options: ClassMetricOptions = {}): Metric =>
  classMetric('precision', options, ({ truePositives, predicted }) => ratio(truePositives, predicted))

/** Of the samples that are of a class, the share that was found. */
export const recall = (options: ClassMetricOptions = {}): Metric =>
  classMetric('recall', options, ({ truePositives, actual }) => ratio(truePositives, actual))

/** The harmonic mean of precision and recall: 2·TP/(predicted + actual). */
export const f1 = (options: ClassMetricOptions = {}): Metric =>
  classMetric('f1', options, ({ truePositives, predicted, actual }) => ratio(2 * truePositives, predicted + actual))

/**
 * The area under the ROC curve: the chance that a sample of the class scores higher than one that is not, a tie counting
 * a half. Of two classes, class 1's; of more, the mean over one class against the rest. NaN where a class is missing.
 */
export function rocAuc(): Metric {
  return {
    name: 'rocAuc',
    better: 'higher',
    needsClasses: true,
    // memory: the number of outputs, then for each sample its class and its outputs.
    add: (memory, { predictions, targets, rows, outputs }) => {
      if (memory.length === 0) memory.push(outputs)
      for (let row = 0; row < rows; row++) {
        memory.push(targets?.[row] ?? 0)
        for (let k = 0; k < outputs; k++) memory.push(predictions[row * outputs + k] ?? 0)
      }
    },
    value: ([outputs = 1, ...samples]) => {
      const classes = Math.max(2, outputs)
      if (classes === 2) return areaOf(samples, outputs, 1, outputs === 1 ? 0 : 1)
      let sum = 0
      for (let label = 0; label < classes; label++) sum += areaOf(samples, outputs, label, label)
      return sum / classes
    },
  }
}

/** Mann and Whitney's statistic over the number of pairs, from ranks; equal scores share their mean rank. */
function areaOf(samples: readonly number[], outputs: number, label: number, column: number): number {
  const stride = outputs + 1
  const scored: { score: number; positive: boolean }[] = []
  for (let at = 0; at < samples.length; at += stride) {
    scored.push({ score: samples[at + 1 + column] ?? 0, positive: samples[at] === label })
  }
  scored.sort((a, b) => a.score - b.score)
  const positives = scored.filter(({ positive }) => positive).length
  let rankSum = 0
  for (let from = 0; from < scored.length; ) {
    let to = from
    while (to < scored.length && scored[to]?.score === scored[from]?.score) to++
    const meanRank = (from + 1 + to) / 2
    for (let i = from; i < to; i++) if (scored[i]?.positive === true) rankSum += meanRank
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (scored.length - positives))
}
