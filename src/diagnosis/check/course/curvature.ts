/** Whether the first updates overshoot: how far the loss falls by a step, beside how far its gradient says that it falls. */

import type { Analysis } from '../analyse.ts'
import { elementsOf } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'

/** 1 where the loss is straight along the step, 0.5 where the step is the best one for a parabola, below 0 where it climbs. */
const STRAIGHT = 0.9
const MOST_STEPS = 2

/** False only where the traced updates are so short that a shorter one does the same, less of it: then no rate is too high. */
export function mayOvershoot(analysis: Analysis): boolean {
  const { best, tape, points } = analysis
  const recorded = points.values[0]
  if (best === undefined || recorded === undefined) return true
  const { loss, steps } = best.measured
  const lossOf = (values: Values, k: number) =>
    (loss.steps[k]?.terms ?? []).reduce(
      (sum, [node, factor]) => sum + factor * (values[node]?.data.reduce((a, b) => a + b, 0) ?? Number.NaN),
      0,
    )
  for (const [k, row] of steps.slice(0, MOST_STEPS).entries()) {
    const last = Math.max(-1, ...(loss.steps[k]?.terms.map(([n]) => n) ?? []))
    if (last < 0 || row.length === 0) return true
    const changed = new Map<number, Tensor>()
    let straight = 0
    for (const step of row) {
      const [before, after] = [recorded[step.before], recorded[step.after]]
      if (before === undefined || after === undefined || after.data.length !== before.data.length) return true
      changed.set(step.before, after)
      // The recorded point comes first among those that were measured.
      const length = elementsOf(step, before.data).length
      for (let i = 0; i < length; i++) straight += (step.gradient[i] ?? 0) * (step.update[i] ?? 0)
    }
    const fallen = lossOf(recorded, k) - lossOf(tape.evaluate(changed, last + 1), k)
    if (!(straight > 0) || !(fallen > STRAIGHT * straight)) return true
  }
  return false
}
