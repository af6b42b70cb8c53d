/** What decides between trials: a figure of the epoch whose parameters each run kept. */

import { unknownName } from '../../shared/index.ts'
import { type EpochRecord, type Metric, metricByName, metricOf } from '../../training/index.ts'
import type { CheckedExperiment, SearchConfig } from '../fields/index.ts'
import type { Place } from '../schema/index.ts'

export interface Judge {
  /** Where nothing is said, the first of these that the runs have. */
  names: readonly string[]
  betterOf(name: string): 'lower' | 'higher'
}

const USUAL = ['validationAccuracy', 'validationLoss', 'accuracy', 'loss']

/** "f1" and "validationF1" as "f1". */
function baseName(name: string): string {
  const found = /^validation([A-Z].*)$/.exec(name)?.[1]
  return found === undefined ? name : found.charAt(0).toLowerCase() + found.slice(1)
}

/** @throws NablaError E-NAME for a metric that no run of the experiment can have. */
export function judgeOf({ metric, better }: SearchConfig, experiment: CheckedExperiment, place: Place): Judge {
  const own = experiment.metrics as readonly (string | Metric)[]
  const metrics = own.map((each) => (typeof each === 'string' ? metricByName(each) : each))
  const names = ['loss', 'accuracy', ...metrics.map(({ name }) => name)]
  const all = names.flatMap((name) => [name, `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`])
  if (metric !== undefined && !all.includes(metric)) {
    throw unknownName(String(place.child('metric')), 'metric', metric, all)
  }
  return {
    names: metric === undefined ? USUAL : [metric],
    betterOf: (name) => {
      if (better !== undefined) return better
      const base = baseName(name)
      if (base === 'loss') return 'lower'
      return base === 'accuracy' ? 'higher' : (metrics.find((each) => each.name === base)?.better ?? 'lower')
    },
  }
}

/** The metric by which the records are judged, if they have one of them. */
export function metricIn({ names }: Judge, record: EpochRecord | undefined): string | undefined {
  return record === undefined ? undefined : names.find((name) => metricOf(record, name) !== undefined)
}
