/**
 * A loss that the script states, where its gradients are those of another one for the same prediction and the same
 * target: the squared error and the cross-entropies differ by the derivative of the output's activation, which is then
 * missing, or there twice.
 */

import { isNothing, type Judged } from '../judge.ts'
import { BOUNDS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'
import { type Dependence, MOVES } from './dependence.ts'
import type { LossForm } from './losses.ts'
import { join, MATCH, proportion } from './measure.ts'
import type { Points } from './points.ts'

type Form = Exclude<LossForm, 'stated'>

/** What the slope of each loss is, up to a constant, with regard to its prediction. */
const SLOPES: Readonly<Record<Form, (p: number, t: number) => number>> = {
  squared: (p, t) => p - t,
  'binary cross-entropy': (p, t) => (p - t) / (p * (1 - p)),
  // Of classes that exclude each other; of others it is half a loss.
  'cross-entropy': (p, t) => -t / p,
}
/** Fewer numbers agree by chance. */
const LEAST_NUMBERS = 3

/** The stated loss that is another one than `best`, which nobody states, for what `best` predicts. */
export function statedRival(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  judged: readonly Judged[],
  best: Judged,
): Judged | undefined {
  const { loss } = best.measured
  const { form: own, target, prediction } = loss
  if (own === 'stated' || best.explained === 0) return undefined
  const forms = judged.filter(
    ({ measured: { loss: other } }) => !other.stated && other.site === loss.site && other.form !== own,
  )
  const ofClasses = judged.some(
    ({ measured: { loss: other } }) => other.form === 'cross-entropy' && other.target === target,
  )
  const names = (Object.keys(SLOPES) as Form[]).filter((form) => ofClasses || form !== 'cross-entropy')
  const made = prediction === undefined ? undefined : makerOf(tape, dependence, prediction)
  return judged.find((j) => {
    if (!j.measured.loss.stated || j.consistent || j.explained >= best.explained) return false
    if (forms.some((form) => isOfForm(points, j, form))) return true
    const found = measures(points, j, target, names)
    // The same loss of the same output is no other one: what is shown between the epochs has later weights, or other samples.
    const alike = found.filter(({ form, node }) => form === own && makerOf(tape, dependence, node) === made)
    return found.length > 0 && alike.every((f) => f.weighted)
  })
}

/** The operation that computes a value, before it is moved, copied or kept within bounds. */
function makerOf(tape: Tape, dependence: Dependence, node: number): string {
  let at = node
  for (let depth = 0; depth < 8; depth++) {
    const { op, args } = tape.entry(at)
    const next = MOVES.has(op) || BOUNDS.has(op) ? args.find((a) => dependence.depends[a] === 1) : undefined
    if (next === undefined || dependence.cut.has(next)) return op
    at = next
  }
  return tape.entry(at).op
}

/** The known losses that a stated one is, of some value of the forward pass and this target. */
function measures(
  points: Points,
  { measured }: Judged,
  target: number | undefined,
  known: readonly Form[],
): { form: Form; node: number; weighted: boolean }[] {
  const size = points.values[0]?.[target ?? -1]?.data.length ?? 0
  if (target === undefined || target < 0 || size * points.values.length < LEAST_NUMBERS) return []
  const first = measured.adjointsAt(0)
  const targets = join(points.values.map((v) => v[target]))
  const out: { form: Form; node: number; weighted: boolean }[] = []
  for (const node of first[0]?.keys() ?? []) {
    if (node === target || points.values[0]?.[node]?.data.length !== size) continue
    const slopes = join(first.map((adjoint) => adjoint.get(node)))
    const values = join(points.values.map((v) => v[node]))
    if (slopes.length !== targets.length || values.length !== targets.length) continue
    // The same at all points: a number that was printed, and no prediction.
    if (values.every((p, i) => p === values[i % size])) continue
    for (const form of known) {
      const own = values.map((p, i) => SLOPES[form](p, targets[i] as number))
      const { residual, ratio } = proportion(slopes, own)
      const weighted = !(residual < MATCH) && hasClassWeights(slopes, own, targets)
      if (weighted || (residual < MATCH && ratio > 0)) out.push({ form, node, weighted })
    }
  }
  return out
}

/** Whether a slope is another one times a number above 0 for either class, and not the same one for both. */
function hasClassWeights(slopes: Float64Array, own: Float64Array, targets: Float64Array): boolean {
  if (targets.some((t) => t !== 0 && t !== 1)) return false
  const weights = [0, 1].map((label) => {
    const ofClass = (_: number, i: number) => targets[i] === label
    const [a, b] = [slopes.filter(ofClass), own.filter(ofClass)]
    const { ratio, residual } = proportion(a, b)
    return a.length >= LEAST_NUMBERS && residual < MATCH ? ratio : 0
  })
  return weights.every((w) => w > 0)
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
