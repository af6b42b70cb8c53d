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
  const size = step.part?.length ?? points.values[0]?.[step.before]?.data.length
  const made = tape.madeFrom([step.after], dependence.cut)
  for (const chain of chains) {
    if (chain.parameter || chain.resets > 0) continue
    const inStep = chain.versions
      .slice(1)
      .filter((v) => v.node > step.before && v.node < step.after && made.has(v.node))
    const lives = chain.versions.some((v) => v.node > step.after) || (chain.versions[0]?.node ?? 0) < step.before
    if (inStep.length !== 1 || !lives) continue // a sum over samples or time steps, made anew in each step
    const index = chain.versions.findIndex((v, i) => i > 0 && v === inStep[0])
    const rest = chain.rests[index - 1]?.[0]
    if (rest !== undefined && dependence.depends[rest] === 1 && points.values[0]?.[rest]?.data.length === size)
      return rest
  }
  return undefined
}
