/** How many steps `fit` takes in one call: the rule, and what it must not step over. */

import { Dataset } from '../data/index.ts'
import type { FitPlan } from './fit-options.ts'

/** The totals on the device, in f32, are moved to the host's f64 every so many steps; losses are looked at then. */
export const STEPS_PER_DRAIN = 64
/** Parameters times samples up to which a step is short: some 50 µs of work, ten times what a call may cost. */
const MOST_WORK = 100_000

/**
 * How many steps to take in one call after `step` others, from the one at `index` of its epoch on: more than one where a
 * step is so short that the call is what it costs, and nothing has to be seen or saved between them.
 */
export function stepsAtOnce(plan: FitPlan, step: number, index: number): number {
  const { network, batchSize, metrics, given, stopping, data } = plan
  if (network.trainableCount * batchSize > MOST_WORK || !(data instanceof Dataset)) return 1
  if (metrics.length > 0 || given.onStep !== undefined || given.signal?.aborted === true) return 1
  const wholeBatches = Math.floor(data.count / batchSize) - index
  const untilDrained = STEPS_PER_DRAIN - (index % STEPS_PER_DRAIN)
  const { everySteps } = given.checkpoint ?? {}
  const untilSaved = everySteps === undefined ? STEPS_PER_DRAIN : everySteps - (step % everySteps)
  return Math.max(1, Math.min(wholeBatches, untilDrained, untilSaved, stopping.steps - step))
}
