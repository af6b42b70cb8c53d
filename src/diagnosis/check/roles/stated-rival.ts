/**
 * A loss that the script states, where its gradients are those of another one for the same prediction and the same
 * target: the squared error and the cross-entropies differ by the derivative of the output's activation, which is then
 * missing, or there twice.
 */

import { isNothing, type Judged } from '../judge.ts'
import { join, MATCH, proportion } from './measure.ts'
import type { Points } from './points.ts'

/** What the slope of each loss is, up to a constant, with regard to its prediction. */
const SLOPES: readonly ((p: number, t: number) => number)[] = [(p, t) => p - t, (p, t) => (p - t) / (p * (1 - p))]
/** Of classes that exclude each other; of others it is half a loss. */
const CLASS_SLOPE = (p: number, t: number) => -t / p
/** Fewer numbers agree by chance. */
const LEAST_NUMBERS = 3

/** The stated loss that is another one than `best`, which nobody states, for what `best` predicts. */
export function statedRival(points: Points, judged: readonly Judged[], best: Judged): Judged | undefined {
  const { loss } = best.measured
  if (loss.stated || best.explained === 0) return undefined
  const forms = judged.filter(
    ({ measured: { loss: other } }) => !other.stated && other.site === loss.site && other.form !== loss.form,
  )
  const ofClasses = judged.some(
    ({ measured: { loss: other } }) => other.form === 'cross-entropy' && other.target === loss.target,
  )
  const slopes = ofClasses ? [...SLOPES, CLASS_SLOPE] : SLOPES
  return judged.find(
    (j) =>
      j.measured.loss.stated &&
      !j.consistent &&
      j.explained < best.explained &&
      (forms.some((form) => isOfForm(points, j, form)) || measures(points, j, loss.target, slopes)),
  )
}

/** Whether a loss is one of the known ones, of some value of the forward pass and this target. */
function measures(points: Points, { measured }: Judged, target: number | undefined, known: typeof SLOPES): boolean {
  const size = points.values[0]?.[target ?? -1]?.data.length ?? 0
  if (target === undefined || target < 0 || size * points.values.length < LEAST_NUMBERS) return false
  const [first = []] = measured.adjoints
  const targets = join(points.values.map((v) => v[target]))
  for (const node of first[0]?.keys() ?? []) {
    if (node === target || points.values[0]?.[node]?.data.length !== size) continue
    const slopes = join(first.map((adjoint) => adjoint.get(node)))
    const values = join(points.values.map((v) => v[node]))
    if (slopes.length !== targets.length || values.length !== targets.length) continue
    // The same at all points: a number that was printed, and no prediction.
    if (values.every((p, i) => p === values[i % size])) continue
    for (const slope of known) {
      const { residual, ratio } = proportion(
        slopes,
        values.map((p, i) => slope(p, targets[i] as number)),
      )
      if (residual < MATCH && ratio > 0) return true
    }
  }
  return false
}

/** Whether a loss is a multiple of another one, up to a penalty for large parameters. */
function isOfForm(points: Points, stated: Judged, form: Judged): boolean {
  if (stated.results.length === 0) return false
  const multiples: number[] = []
  for (const { chain, step } of stated.results) {
    const other = form.results.find((r) => r.chain.id === chain.id)?.step
    if (other === undefined || other.step !== step.step || other.gradient.length !== step.gradient.length) return false
    if (isNothing(step.gradient)) continue
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
