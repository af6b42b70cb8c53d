/** Probabilities for samples that lie in the host's memory, back in the host's memory. */

import { join } from 'node:path'
import { holdContest } from '../rounds.ts'
import { trueLosses } from '../truth.ts'
import { forwardFlops, makeValues, nameOf, writeValues } from '../work.ts'
import type { Item } from './item.ts'

export const inference: Item = {
  name: 'inference',
  about: '784-300-75-10, one sample and 1,024 at a time',
  measure: async (context) => {
    for (const batch of [1, 1024]) {
      const size = { sizes: [784, 300, 75, 10], batch }
      const values = makeValues(size)
      const folder = join(context.folder, `inference-${batch}`)
      writeValues(folder, values)
      const contest = {
        title: `inference, ${nameOf(size)}`,
        work: { kind: 'infer', ...size, folder },
        truth: trueLosses(size, values, 'sgd', 0, 1),
        tolerance: 1e-4,
        checkRate: 0,
        timingRate: 0,
        flops: forwardFlops(size),
      } as const
      context.report(await holdContest(contest, context.players, context))
    }
  },
}
