/** What a statement computed and what it should have computed in; what kind of fault turns one into the other out. */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import { flip, Labels } from '../repair/labels.ts'
import { lackOf } from '../repair/lacks.ts'
import type { Located, Occurrence } from '../repair/situation.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { FindingKind } from '../types.ts'

const CURVES = new Set([
  'exp',
  'tanh',
  'expit',
  'maximum',
  'where',
  'log1p',
  'erf',
  'clip',
  'mul',
  'div',
  'multiply',
  'divide',
])

const STRAIGHT = new Set([
  'neg',
  'negative',
  'copy',
  'view',
  'add',
  'sub',
  'subtract',
  'compare',
  'greater',
  'put',
  'write',
])

export interface Evidence {
  readonly kind: FindingKind
  /** One line for the report, figures included. */
  readonly text: string
}

type Parts = readonly (Tensor | undefined)[]

export function evidenceOf(analysis: Analysis, judged: Judged, located: Located): Evidence {
  const given = located.occurrences.map((o) => o.given)
  const wanted = located.occurrences.map((o) => o.wanted)
  const { remake } = located
  const joined = [join(given.flat()), join(wanted.flat())] as const
  const [one] = located.occurrences
  const penalty = one && penaltyIn(analysis, one)
  if (penalty !== undefined) return penalty
  if (remake !== undefined) return { kind: remake.kind, text: remake.text }
  const sizes = given.flatMap((g, k) =>
    g.map((x, p) => Math.sign((x?.data.length ?? 0) - (wanted[k]?.[p]?.data.length ?? 0))),
  )
  if (sizes.some((s) => s > 0))
    return { kind: 'bias-gradient', text: `it has the shape ${shapeOf(given)}, and the gradient ${shapeOf(wanted)}` }
  if (sizes.some((s) => s < 0))
    return { kind: 'reduction-axis', text: `it has the shape ${shapeOf(given)}, and the gradient ${shapeOf(wanted)}` }
  const [g, w] = joined
  const match = proportion(g, w)
  if (match.residual < MATCH && match.ratio !== 0)
    return match.ratio < 0
      ? { kind: 'sign', text: `it is ${figure(match.ratio)} times the gradient that is needed` }
      : { kind: 'scale', text: `it is ${figure(match.ratio)} times the gradient that is needed` }
  if (proportion(join(given.flat().map(turned)), w).residual < MATCH)
    return { kind: 'transpose', text: 'it is the transpose of the gradient that is needed' }
  if (isReduced(given, wanted))
    return { kind: 'reduction-axis', text: 'it is the same number where the gradient differs' }
  const part = partIn(analysis, judged, located)
  if (part !== undefined) return part
  return (
    byFactor(analysis, judged, located, g, w) ?? {
      kind: 'gradient',
      text: `relative error ${distance(g, w).toPrecision(2)}`,
    }
  )
}

const turned = (x: Tensor | undefined) => {
  const t = flip(x)
  return t && x && { shape: x.shape, data: t.data }
}

const figure = (x: number) => String(Number(x.toPrecision(4)))
const shapeOf = (parts: readonly Parts[]) => `[${parts[0]?.[0]?.shape.join(', ') ?? ''}]`

function distance(g: Float64Array, w: Float64Array): number {
  let [off, size] = [0, 0]
  for (let i = 0; i < g.length; i++) {
    off += ((g[i] as number) - (w[i] as number)) ** 2
    size += (w[i] as number) ** 2
  }
  return Math.sqrt(off / Math.max(size, 1e-300))
}

/** All elements equal (or all of a row), where those of the gradient are not. */
function isReduced(given: readonly Parts[], wanted: readonly Parts[]): boolean {
  return given.every((parts, k) =>
    parts.every((x, p) => {
      const want = wanted[k]?.[p]
      if (x === undefined || want === undefined || x.data.length < 2) return false
      const same = (t: Tensor) => t.data.every((v) => Math.abs(v - (t.data[0] ?? 0)) <= 1e-12 * Math.abs(v))
      return same(x) && !same(want)
    }),
  )
}

/** Where the difference is a multiple of a parameter, point by point, since the penalty's own rate moves too, it is a penalty's gradient. */
function penaltyIn(analysis: Analysis, { given, wanted, target }: Occurrence): Evidence | undefined {
  if (!analysis.dependence.cut.has(target)) return undefined
  const off = given.map((g, p) => {
    const w = wanted[p]
    return g === undefined || w?.data.length !== g.data.length
      ? undefined
      : g.data.map((x, i) => x - (w.data[i] as number))
  })
  for (const node of analysis.dependence.cut) {
    const matches = off.map((difference, p) => {
      const value = analysis.points.values[p]?.[node]
      return difference === undefined || value?.data.length !== difference.length || difference.length < 2
        ? undefined
        : proportion(difference, value.data)
    })
    if (matches.every((m) => m !== undefined && m.residual < 1e-5 && m.ratio !== 0))
      return {
        kind: 'regularisation',
        text: `it differs from the gradient by ${figure(matches[0]?.ratio ?? 0)} times the parameter itself: the penalty's part`,
      }
  }
  return undefined
}

/** A value lacks what some of its uses ask for; or one part of the elements is right and the rest 0. */
function partIn(analysis: Analysis, judged: Judged, located: Located): Evidence | undefined {
  const step = Math.min(...judged.results.map((r) => r.step.step))
  const [one] = located.occurrences
  if (one === undefined) return undefined
  const lack = lackOf(analysis, judged.measured.adjointsAt(step), one)
  if (lack !== undefined) return lack
  const [given, wanted] = [join(one.given), join(one.wanted)]
  if (given.length !== wanted.length) return undefined
  const there = [...given.keys()].filter((k) => given[k] !== 0)
  const ratioAt = (k: number) => (wanted[k] as number) / (given[k] as number)
  const ratio = ratioAt(there[0] ?? 0)
  const agrees = there.every((k) => Math.abs(ratioAt(k) / ratio - 1) <= 1e-9)
  return there.length > 1 && agrees && given.some((x, k) => x === 0 && wanted[k] !== 0)
    ? { kind: 'missing-term', text: 'where it is not 0 it is the gradient that is needed: a part of it is missing' }
    : undefined
}

function byFactor(
  analysis: Analysis,
  judged: Judged,
  located: Located,
  g: Float64Array,
  w: Float64Array,
): Evidence | undefined {
  const { tape } = analysis
  const [first] = located.occurrences
  if (first === undefined) return undefined
  const labels = new Labels(judged, Math.min(...judged.results.map((r) => r.step.step)))
  const own = labels.find(join(first.given))
  const { signal: carries, updates } = located.statement
  const isParameter = analysis.dependence.cut.has(first.target)
  const ratio = g.map((x, i) => (w[i] === 0 ? 1 : x / (w[i] as number)))
  if (!carries && !updates && !isParameter)
    return {
      kind: 'wrong-activation-derivative',
      text: `it is up to ${figure(Math.max(...ratio.map(Math.abs)))} times the derivative of the function that the forward pass applies`,
    }
  if (own.length > 0) {
    const before = own[0]?.node ?? -1
    const curved =
      tape.ancestors([before], new Set([first.target])).has(first.target) && passesCurve(analysis, before, first.target)
    if (curved)
      return {
        kind: 'missing-activation-derivative',
        text: 'it is still the gradient of the activation, not of what goes into it',
      }
    const added = labels.find(g.map((x, i) => (w[i] as number) - x).subarray(0, join(first.given).length))
    if (added.length > 0 || !isParameter) {
      const partial = labels.find(Float64Array.from(join(first.wanted), (x, i) => x - (join(first.given)[i] as number)))
      if (partial.length > 0)
        return { kind: 'missing-term', text: 'what is missing is the gradient of another part of the forward pass' }
    }
    return {
      kind: 'missing-chain-factor',
      text: "it is another value's gradient, right in itself: a factor of the chain rule is missing",
    }
  }
  if (isParameter) return { kind: 'wrong-operand', text: `relative error ${distance(g, w).toPrecision(2)}` }
  const twice = slopeOfOutput(analysis, join(first.given), join(first.wanted))
  if (twice !== undefined)
    return {
      kind: 'extra-activation-derivative',
      text: `element by element it is the gradient that is needed times ${twice} of the output, whose derivative is in it already`,
    }
  if (ratio.every(Number.isFinite) && hasCurve(analysis, first.target) && dependsOn(analysis, first))
    return {
      kind: 'wrong-activation-derivative',
      text: `element by element it is ${figure(Math.min(...ratio))} to ${figure(Math.max(...ratio))} times the gradient that is needed`,
    }
  return undefined
}

const FEW = 8

/** Whether what a value is short of, element by element, goes with the value of the forward pass that it is about, and not up and down as chance would. */
function dependsOn({ points }: Analysis, { given, wanted, target }: Occurrence): boolean {
  const [g, w, z] = [join(given), join(wanted), join(points.values.map((v) => v[target]))]
  if (g.length !== z.length || g.length < FEW) return g.length === z.length
  const all = [...z.keys()]
  const ratios = all.map((i) => (w[i] === 0 ? 1 : (g[i] as number) / (w[i] as number)))
  const rank = new Float64Array(all.length)
  all.sort((a, b) => (ratios[a] as number) - (ratios[b] as number))
  for (const [place, i] of all.entries()) rank[i] = place
  all.sort((a, b) => (z[a] as number) - (z[b] as number))
  // Ranks in no order are a third of their number apart, one from the next.
  const way = all.reduce(
    (sum, i, k) => sum + (k === 0 ? 0 : Math.abs((rank[i] as number) - (rank[all[k - 1] ?? i] ?? 0))),
    0,
  )
  return way < all.length ** 2 / 6
}

/** Whether a value is the gradient that is needed times a·(1 − a) or 1 − a² of a value a of the forward pass, up to a constant. */
function slopeOfOutput(
  { tape, points, judged, dependence }: Analysis,
  given: Float64Array,
  wanted: Float64Array,
): string | undefined {
  if (given.length < 2 || given.length !== wanted.length) return undefined
  const terms = judged.flatMap((j) => j.measured.loss.steps.slice(0, 1).flatMap((s) => s.terms.map(([n]) => n)))
  const fits = (slope: Float64Array) => {
    const made = wanted.map((x, i) => x * (slope[i] as number))
    const { residual, ratio } = proportion(given, made)
    return residual < MATCH && ratio > 0
  }
  for (const node of tape.ancestors(terms, dependence.cut)) {
    const all = dependence.depends[node] === 1 ? join(points.values.map((v) => v[node])) : undefined
    if (all?.length !== given.length) continue
    if (fits(all.map((a) => a * (1 - a)))) return 'a·(1 − a)'
    if (fits(all.map((a) => 1 - a * a))) return '1 − a²'
  }
  return undefined
}

/** Whether an elementwise function that is no straight line lies between two values of the forward pass. */
function passesCurve(analysis: Analysis, from: number, to: number): boolean {
  const { tape } = analysis
  const path = [...tape.ancestors([from], new Set([to]))].filter((n) => n > to)
  return path.some((n) => CURVES.has(tape.entry(n).op)) && path.length < 40
}

/** Whether a value of the forward pass goes into such a function, element by element. */
function hasCurve(analysis: Analysis, node: number): boolean {
  const { tape, points } = analysis
  const size = points.values[0]?.[node]?.data.length
  const reached = new Set([node])
  for (let user = node + 1; user < Math.min(tape.length, node + 400); user++) {
    const { op, args } = tape.entry(user)
    if (!args.some((a) => reached.has(a)) || points.values[0]?.[user]?.data.length !== size) continue
    if (CURVES.has(op)) return true
    if (STRAIGHT.has(op)) reached.add(user)
  }
  return false
}
