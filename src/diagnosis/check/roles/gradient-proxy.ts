/** What an optimiser takes for the gradient: what it adds to the running mean that the parameter's update reads. */

import type { Tape } from '../tape/tape.ts'
import type { Chain } from './chains.ts'
import type { Dependence } from './dependence.ts'
import type { ChainStep } from './measure.ts'
import type { Points } from './points.ts'

export function gradientProxy(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  chains: readonly Chain[],
  step: ChainStep,
): number | undefined {
  const size = points.values[0]?.[step.before]?.data.length
  const made = tape.madeFrom([step.after], dependence.cut)
  for (const chain of chains) {
    if (chain.parameter || chain.resets > 0) continue
    const index = chain.versions.findIndex((v, i) => i > 0 && made.has(v.node) && v.node > step.before)
    const rest = chain.rests[index - 1]?.[0]
    if (rest !== undefined && dependence.depends[rest] === 1 && points.values[0]?.[rest]?.data.length === size)
      return rest
  }
  return undefined
}
