/**
 * Whether the script's own run contradicts a finding: in every step that was seen, at the values that it really had, all
 * updates are one multiple of the true gradients. What differs at random points alone may be something that the tape
 * does not follow.
 */

import type { Judged } from '../judge.ts'
import { proportion } from '../roles/measure.ts'

export function agreesAsRecorded({ measured }: Judged, pointCount: number): boolean {
  let shared: number | undefined
  for (const row of measured.steps)
    for (const { update, gradient, unreached } of row) {
      const size = gradient.length / pointCount
      const [own, truth] = [update.subarray(0, size), gradient.subarray(0, size)]
      if (unreached || truth.every((x) => Math.abs(x) < 1e-14)) return false
      const { ratio, residual } = proportion(own, truth)
      if (!(residual < 1e-6) || !(ratio > 0)) return false
      shared ??= ratio
      if (Math.abs(ratio / shared - 1) > 1e-5) return false
    }
  return shared !== undefined
}
