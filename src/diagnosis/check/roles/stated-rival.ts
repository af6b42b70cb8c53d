/**
 * A loss that the script states, where its gradients are those of another one for the same prediction and the same
 * target: the squared error and the cross-entropies differ by the derivative of the output's activation, which is then
 * missing, or there twice.
 */

import type { Judged } from '../judge.ts'
import { join, MATCH } from './measure.ts'
import type { Points } from './points.ts'

/** The stated loss that is another one than `best`, which nobody states, for what `best` predicts. */
export function statedRival(points: Points, judged: readonly Judged[], best: Judged): Judged | undefined {
  const { loss } = best.measured
  if (loss.stated || !best.consistent) return undefined
  const forms = judged.filter(
    ({ measured: { loss: other } }) => !other.stated && other.site === loss.site && other.form !== loss.form,
  )
  return judged.find((j) => j.measured.loss.stated && forms.some((form) => isOfForm(points, j, form)))
}

/** Whether a loss is a multiple of another one, up to a penalty for large parameters. */
function isOfForm(points: Points, stated: Judged, form: Judged): boolean {
  if (stated.results.length === 0) return false
  const multiples: number[] = []
  for (const { chain, step } of stated.results) {
    const other = form.results.find((r) => r.chain.id === chain.id)?.step
    if (other === undefined || other.step !== step.step || other.gradient.length !== step.gradient.length) return false
    if (step.gradient.every((x) => Math.abs(x) < 1e-14)) continue
    const parameter = step.part === undefined ? join(points.values.map((v) => v[step.before])) : undefined
    const multiple = multipleOf(step.gradient, other.gradient, parameter)
    if (multiple === undefined) return false
    multiples.push(multiple)
  }
  const [first] = multiples
  return first !== undefined && multiples.every((m) => Math.abs(m / first - 1) < 1e-5)
}

/** c where a = c·b, or a = c·b + d·w. */
function multipleOf(a: Float64Array, b: Float64Array, w: Float64Array | undefined): number | undefined {
  let [aa, ab, bb, aw, bw, ww] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y, z] = [a[i] as number, b[i] as number, w?.[i] ?? 0]
    aa += x * x
    ab += x * y
    bb += y * y
    aw += x * z
    bw += y * z
    ww += z * z
  }
  const determinant = bb * ww - bw * bw
  const [c, d] =
    determinant > 1e-12 * bb * ww
      ? [(ab * ww - aw * bw) / determinant, (aw * bb - ab * bw) / determinant]
      : [ab / bb, 0]
  let off = 0
  for (let i = 0; i < a.length; i++) off += ((a[i] as number) - c * (b[i] as number) - d * (w?.[i] ?? 0)) ** 2
  return off < MATCH ** 2 * aa && c !== 0 ? c : undefined
}
