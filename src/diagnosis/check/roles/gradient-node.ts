/**
 * Where an optimiser stands between gradient and update (Adam, RMSprop, decay), the update is no multiple of the
 * gradient: looks for a value on the way that is one.
 */

import type { Tape } from '../tape/tape.ts'
import type { Dependence } from './dependence.ts'
import { type ChainStep, join, MATCH, type Proportion, proportion } from './measure.ts'
import type { Points } from './points.ts'

export interface FoundGradient extends Proportion {
  readonly node: number
}

export function findGradientNode(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  step: ChainStep,
): FoundGradient | undefined {
  const size = step.part?.length ?? points.values[0]?.[step.before]?.data.length
  const total = step.gradient.length
  const nodes = [...tape.madeFrom([step.after], dependence.cut)].filter(
    (n) => n > step.before && dependence.depends[n] === 1 && !dependence.cut.has(n),
  )
  for (const node of nodes.sort((a, b) => b - a).slice(0, 3000)) {
    if (points.values[0]?.[node]?.data.length !== size) continue
    const value = join(points.values.map((v) => v[node]))
    if (value.length !== total) continue
    const match = proportion(value, step.gradient)
    if (match.residual < MATCH && match.ratio !== 0) return { node, ...match }
  }
  return undefined
}
