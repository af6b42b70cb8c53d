/** Metrics by name, and a set of them that is fed batch by batch. */

import { showValue } from '../network/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'
import { f1, precision, recall, rocAuc, topKAccuracy } from './class-metrics.ts'
import type { EvaluatedBatch } from './evaluator.ts'
import { type Metric, meanAbsoluteError, rootMeanSquaredError, rSquared } from './metric.ts'
import type { TargetSpec } from './targets.ts'

const METRICS: Readonly<Record<string, () => Metric>> = {
  precision,
  recall,
  f1,
  rocAuc,
  top3Accuracy: () => topKAccuracy(3),
  top5Accuracy: () => topKAccuracy(5),
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
}
export const metricNames: readonly string[] = Object.keys(METRICS)

/** A metric, or the name of one. */
export type MetricLike = Metric | string

/** @throws NablaError E-NAME with the nearest name. */
export function metricByName(name: string): Metric {
  const make = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined
  if (make === undefined) throw unknownName('metrics', 'metric', name, metricNames)
  return make()
}

/** @throws NablaError E-NAME, E-USAGE for what is no metric, E-DATA where it does not suit the targets. */
export function metricsOf(given: readonly MetricLike[], targets: TargetSpec): Metric[] {
  const metrics = given.map((metric: unknown): Metric => {
    if (typeof metric === 'string') return metricByName(metric)
    if (typeof metric === 'object' && metric !== null && 'add' in metric && 'value' in metric) return metric as Metric
    const fix = typeof metric === 'function' ? `call it: ${metric.name}().` : "write metrics: [f1()] or ['f1']."
    throw new NablaError({
      code: 'E-USAGE',
      where: 'metrics',
      expected: 'a metric, or the name of one',
      received: showValue(metric),
      fix,
    })
  })
  for (const { name, needsClasses } of metrics) {
    if (needsClasses !== true || targets.kind === 'classes') continue
    throw new NablaError({
      code: 'E-DATA',
      where: `metric ${name}`,
      expected: 'targets that are classes',
      received: targets.kind === 'none' ? 'unlabelled data' : 'targets that are numbers',
      fix: 'give the data set labels, or leave the metric out.',
    })
  }
  return metrics
}

/** Metrics with their memories. */
export class MetricSet {
  private readonly metrics: readonly Metric[]
  memories: number[][]

  constructor(metrics: readonly Metric[]) {
    this.metrics = metrics
    this.memories = metrics.map(() => [])
  }

  clear(): void {
    this.memories = this.metrics.map(() => [])
  }

  add(batch: EvaluatedBatch): void {
    this.metrics.forEach((metric, i) => {
      metric.add(this.memories[i] ?? [], batch)
    })
  }

  /** By name. */
  values(): Record<string, number> {
    return Object.fromEntries(this.metrics.map((metric, i) => [metric.name, metric.value(this.memories[i] ?? [])]))
  }
}

/** "f1" as "validationF1". */
export function validationName(name: string): string {
  return `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
