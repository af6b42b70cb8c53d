/** One training step on each of the four networks, with SGD and with Adam. */

import { join } from 'node:path'
import { type Contest, holdContest } from '../rounds.ts'
import { trueLosses } from '../truth.ts'
import {
  checkRate,
  makeValues,
  NETWORKS,
  type NetworkSize,
  nameOf,
  type OptimizerName,
  stepFlops,
  TIMING_RATE,
  type TrainingWork,
  writeValues,
} from '../work.ts'
import type { Item } from './item.ts'

/** Losses to compare: the third one shows both the first update and what the second makes of it. */
const LOSSES = 3
/** Plain loops in f64 make about 1 GFLOP/s; beyond this, fewer losses are computed, at least the first. */
const MOST_FLOPS_OF_TRUTH = 4e9

export function trainingContest(size: NetworkSize, optimizer: OptimizerName, folder: string): Contest {
  const values = makeValues(size)
  writeValues(folder, values)
  const flops = stepFlops(size)
  const losses = Math.max(1, Math.min(LOSSES, Math.floor(MOST_FLOPS_OF_TRUTH / flops)))
  const rate = checkRate(optimizer, size.sizes[0] ?? 1)
  return {
    title: `${nameOf(size)}, ${optimizer}`,
    work: { kind: 'train', ...size, optimizer, folder },
    truth: trueLosses(size, values, optimizer, rate, losses),
    tolerance: 1e-4,
    checkRate: rate,
    timingRate: TIMING_RATE,
    flops,
  }
}

/** Steps a call into nabla where many are asked for: as many as a caller would gather the data of. */
const STEPS_A_CALL = 1000

export const steps: Item = {
  name: 'steps',
  about: 'a training step on four networks, SGD and Adam; the smallest also many steps a call',
  measure: async (context) => {
    for (const size of NETWORKS) {
      for (const optimizer of ['sgd', 'adam'] as const) {
        const contest = trainingContest(size, optimizer, join(context.folder, size.sizes.join('-')))
        context.report(await holdContest(contest, context.players, context))
      }
    }
    const ours = context.players.filter(({ entry }) => !entry.peer)
    const [tiny] = NETWORKS
    if (tiny === undefined || ours.length === 0) return
    for (const optimizer of ['sgd', 'adam'] as const) {
      const contest = trainingContest(tiny, optimizer, join(context.folder, 'many'))
      const work = { ...contest.work, kind: 'train', stepsPerCall: STEPS_A_CALL } as TrainingWork
      const title = `${contest.title}, ${STEPS_A_CALL} steps a call`
      context.report(await holdContest({ ...contest, title, work }, ours, context))
    }
  },
}
