/** When a run stops before its last epoch: steps, time, a target that is reached, patience that is at its end. */

import { checkFlag, checkNumber, checkOptions, showValue } from '../network/index.ts'
import { formatNumber, NablaError, unknownName } from '../shared/index.ts'
import { type EpochRecord, metricOf } from './history.ts'

export interface Target {
  /** "accuracy", "validationLoss", or a further metric's name. */
  metric: string
  /** Reached when the metric is below this… */
  below?: number
  /** …or above this. */
  above?: number
  /** Looks at the metric's size: for errors that have a sign. */
  absolute?: boolean
}

export interface Patience {
  /** Epochs without a better value that are waited for. */
  epochs: number
  /** The validation loss if there is one, else the loss, where nothing is said. */
  metric?: string
  /** How much better counts. */
  leastGain?: number
  /** Whether the run ends with the best epoch's parameters; true where nothing is said. */
  restoreBest?: boolean
}

export interface Stopping {
  steps?: number
  seconds?: number
  /** The run stops at the end of the epoch in which all of them are reached. */
  target?: Target | readonly Target[]
  /** A number: so many epochs. */
  patience?: Patience | number
}

/** What can be watched in a run: its names, and which way is better. */
export type Watchable = ReadonlyMap<string, 'higher' | 'lower'>

export interface StoppingPlan {
  readonly steps: number
  readonly seconds: number
  readonly targets: readonly Target[]
  readonly patience: Required<Patience> | undefined
  /** The metric by which epochs are compared. */
  readonly watched: string
  readonly better: 'higher' | 'lower'
}

/** @throws NablaError E-NAME for a metric that the run does not have; E-VALUE, E-USAGE for limits. */
export function planStopping(given: Stopping | undefined, watchable: Watchable): StoppingPlan {
  const { steps, seconds, target, patience } = given ?? {}
  checkOptions(given ?? {}, ['steps', 'seconds', 'target', 'patience'], 'stopping')
  if (steps !== undefined) checkNumber(steps, 'stopping, steps', { least: 1, whole: true })
  if (seconds !== undefined) checkNumber(seconds, 'stopping, seconds', { least: 0, open: 'least' })
  const targets = target === undefined ? [] : [target].flat()
  for (const each of targets as Target[]) checkTarget(each, watchable)
  const planned = patience === undefined ? undefined : planPatience(patience, watchable)
  const watched = planned?.metric ?? usualMetric(watchable)
  return {
    steps: steps ?? Number.POSITIVE_INFINITY,
    seconds: seconds ?? Number.POSITIVE_INFINITY,
    targets: targets as Target[],
    patience: planned,
    watched,
    better: watchable.get(watched) ?? 'lower',
  }
}

/** The validation loss if there is one, else the loss. */
export function usualMetric(watchable: Watchable): string {
  return watchable.has('validationLoss') ? 'validationLoss' : 'loss'
}

/** @throws NablaError E-NAME for a metric that the run does not have. */
export function checkWatched(metric: string, watchable: Watchable, where: string): string {
  if (!watchable.has(metric)) throw unknownName(where, 'metric', metric, [...watchable.keys()])
  return metric
}

function checkTarget(target: Target, watchable: Watchable): void {
  checkOptions(target, ['metric', 'below', 'above', 'absolute'], 'stopping, target')
  checkWatched(target.metric, watchable, 'stopping, target')
  const { below, above } = target
  if ((below === undefined) === (above === undefined)) {
    throw new NablaError({
      code: 'E-USAGE',
      where: `stopping, target of ${target.metric}`,
      expected: 'below or above',
      received: below === undefined ? showValue(target) : 'both',
      fix: `write { metric: '${target.metric}', below: 0.05 }.`,
    })
  }
  checkNumber(below ?? above, `stopping, target of ${target.metric}`)
  if (target.absolute !== undefined) checkFlag(target.absolute, 'stopping, target, absolute')
}

function planPatience(given: Patience | number, watchable: Watchable): Required<Patience> {
  const patience = typeof given === 'number' ? { epochs: given } : given
  checkOptions(patience, ['epochs', 'metric', 'leastGain', 'restoreBest'], 'stopping, patience')
  const { epochs, metric = usualMetric(watchable), leastGain = 0, restoreBest = true } = patience
  checkNumber(epochs, 'stopping, patience', { least: 1, whole: true })
  checkNumber(leastGain, 'stopping, patience, leastGain', { least: 0 })
  checkFlag(restoreBest, 'stopping, patience, restoreBest')
  return { epochs, metric: checkWatched(metric, watchable, 'stopping, patience'), leastGain, restoreBest }
}

/** Whether `value` is better than `best` by more than `leastGain`. */
export function isBetter(value: number, best: number, better: 'higher' | 'lower', leastGain = 0): boolean {
  return better === 'lower' ? value < best - leastGain : value > best + leastGain
}

/** A number in as many digits, four at least, as show that it is within the limit: 0.049998 is below 0.05. */
function formatWithin(value: number, isWithin: (value: number) => boolean): string {
  for (let digits = 4; digits < 17; digits++) {
    const text = formatNumber(value, digits)
    if (isWithin(Number(text))) return text
  }
  return String(value)
}

/** What was reached, in words, if all targets were; undefined otherwise, or without targets. */
export function reachedTargets(targets: readonly Target[], record: EpochRecord): string | undefined {
  const words = targets.map(({ metric, below, above, absolute }) => {
    const isWithin = (value: number) => {
      const size = absolute === true ? Math.abs(value) : value
      return below !== undefined ? size < below : above !== undefined && size > above
    }
    const value = metricOf(record, metric) ?? Number.NaN
    const limit = below !== undefined ? `below ${below}` : `above ${above}`
    return isWithin(value) ? `${metric} ${formatWithin(value, isWithin)} is ${limit}` : undefined
  })
  return words.length > 0 && words.every((each) => each !== undefined) ? words.join(', ') : undefined
}
