/** A stated loss that is no more than a penalty on the weights: the part of a sum that a script has a name for. */

import type { Judged } from '../judge.ts'
import { elementsOf, MATCH, proportion } from './measure.ts'
import type { Points } from './points.ts'

const LEAST_NUMBERS = 3

/** Whether its gradient is, at every point, a multiple of the weights or of their signs: it has seen no data. */
export function isPenaltyAlone(points: Points, { measured }: Judged): boolean {
  if (!measured.loss.stated) return false
  const row = (measured.steps[0] ?? []).filter((s) => !s.unreached && s.gradient.some((x) => x !== 0))
  if (row.length === 0) return false
  return points.values.every((values, p) => {
    const parts = row.map((step) => {
      const weights = elementsOf(step, values[step.before]?.data ?? new Float64Array(0))
      return { weights, gradient: step.gradient.subarray(p * weights.length, (p + 1) * weights.length) }
    })
    const follows = (of: (x: number) => number, some: typeof parts) => {
      const from = Float64Array.from(some.flatMap(({ weights }) => [...weights].map(of)))
      const gradient = Float64Array.from(some.flatMap(({ gradient: g }) => [...g]))
      return from.length >= LEAST_NUMBERS && proportion(gradient, from).residual < MATCH
    }
    // Layers may have rates of their own.
    return [(x: number) => x, Math.sign].some((of) => follows(of, parts) || parts.every((part) => follows(of, [part])))
  })
}
