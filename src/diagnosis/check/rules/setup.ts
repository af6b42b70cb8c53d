/** Faults of the set-up that the trace alone shows: right gradients that cannot train, or that nobody can follow. */

import type { Analysis } from '../analyse.ts'
import type { Finding } from '../types.ts'
import { deadUnits } from './dead-units.ts'
import { equalWeights } from './equal-weights.ts'
import { loggedLoss } from './logged-loss.ts'
import { marginLabels } from './margin-labels.ts'
import { targetRange } from './target-range.ts'
import { unresetLoss } from './unreset-loss.ts'

export function setupFindings(analysis: Analysis): Finding[] {
  return [equalWeights, deadUnits, targetRange, marginLabels, loggedLoss, unresetLoss].flatMap((rule) => rule(analysis))
}
