/** Faults in the loop around the backward pass: each rule in its own file, in the order in which they matter. */

import type { Analysis } from '../analyse.ts'
import type { Finding } from '../types.ts'
import { accumulatorNotReset } from './accumulator.ts'
import { broadcastGrows } from './broadcast.ts'
import { neverUpdated } from './never-updated.ts'
import { staleWeights } from './stale-weights.ts'
import { truncatedUpdate } from './truncation.ts'

export function loopFindings(analysis: Analysis): Finding[] {
  return [broadcastGrows, truncatedUpdate, staleWeights, accumulatorNotReset, neverUpdated].flatMap((rule) =>
    rule(analysis),
  )
}
