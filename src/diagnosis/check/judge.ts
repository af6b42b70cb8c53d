/** A loss in; which parameters' updates follow its true gradient out. */

import type { Chain } from './roles/chains.ts'
import type { Dependence } from './roles/dependence.ts'
import { directionOf } from './roles/flips.ts'
import { findGradientNode, gradientAt } from './roles/gradient-node.ts'
import { gradientProxy } from './roles/gradient-proxy.ts'
import { type ChainStep, elementsAt, MATCH, type Measured, proportion } from './roles/measure.ts'
import { optimizerInput } from './roles/optimizer-input.ts'
import type { Points } from './roles/points.ts'
import { rateOf, wholeRates } from './roles/rates.ts'
import type { Tape } from './tape/tape.ts'

export type Status = 'right' | 'scaled' | 'sign' | 'wrong' | 'unreached'

export interface ParameterResult {
  readonly chain: Chain
  readonly status: Status
  /** update ≈ ratio · gradient, learning rate included. */
  readonly ratio: number
  /** ratio with the learning rate taken out, relative to what the other parameters have. */
  readonly relative: number
  readonly residual: number
  /** The learning rate, as far as it is a plain number in the update; 1 where all parameters share one. */
  readonly rate: number
  /** The same, shared or not. */
  readonly ownRate: number
  readonly step: ChainStep
  /** The node that is (or should be) the gradient, where an optimiser stands between it and the update. */
  readonly gradientNode?: number
}

type Draft = { step: ChainStep; ratio: number; residual: number; rate: number; gradientNode?: number }

export interface Judged {
  readonly measured: Measured
  readonly results: readonly ParameterResult[]
  /** How many parameters follow the gradient of this loss. */
  readonly explained: number
  readonly consistent: boolean
}

export function judge(
  tape: Tape,
  dependence: Dependence,
  points: Points,
  measured: Measured,
  chains: readonly Chain[],
): Judged {
  const first = tellingSteps(tape, dependence, measured)
  const terms = measured.loss.steps.slice(0, measured.steps.length).flatMap((s) => s.terms.map(([n]) => n))
  const forward = tape.ancestors(terms, dependence.cut)
  const scene = { tape, dependence, points, chains, forward }
  const rate = (step: ChainStep, from?: number) => rateOf(scene, step, from)
  const rounding = roundingBeside(first.values())
  const direct = (step: ChainStep): Draft => ({
    step,
    ratio: step.match.ratio,
    residual: step.match.residual,
    rate: rate(step),
  })
  const throughOptimizer = (step: ChainStep): Draft => {
    const input = optimizerInput(tape, dependence, points, forward, step)
    const found = gradientAt(points, step, input) ?? findGradientNode(tape, dependence, points, forward, step)
    const proxy = found?.node ?? input ?? gradientProxy(tape, dependence, points, chains, step)
    // Where there is no gradient, what is left is another term of the update, such as a weight decay, or rounding that Adam makes visible.
    const visible = proxy === undefined ? step.update : elementsAt(step, points, proxy)
    if (
      isNothing(step.gradient, rounding.gradient) &&
      isNothing(visible, proxy === undefined ? rounding.update : rounding.gradient)
    )
      return { step: { ...step, update: step.update.map(() => 0) }, ratio: 1, residual: 0, rate: 1 }
    if (found === undefined)
      return {
        step,
        ratio: step.match.ratio,
        residual: step.match.residual,
        rate: 1,
        ...(proxy !== undefined && { gradientNode: proxy }),
      }
    // An update that is no number has no direction: it is the optimiser's doing, not the gradient's.
    const along = () => Math.sign(proportion(step.update, step.gradient).ratio)
    const sign = step.update.every(Number.isFinite) ? (directionOf(tape, points, step, found.node) ?? along()) : 1
    return {
      step,
      ratio: Math.abs(found.ratio) * sign,
      residual: found.residual,
      rate: rate(step, found.node),
      gradientNode: found.node,
    }
  }
  const isDirect = (step: ChainStep) => step.match.residual < MATCH || step.unreached
  const drafts = [...first.values()].map((step) => (isDirect(step) ? direct(step) : throughOptimizer(step)))
  // One number, such as the share of samples within a margin, is often of one size at all points: whatever an optimiser
  // makes of it is a multiple of it.
  const others = drafts.filter((d) => !isSteady(d.step.gradient.map(Math.abs)) && !d.step.unreached)
  if (others.length > 0 && others.every((d) => d.gradientNode !== undefined))
    for (const [i, d] of drafts.entries()) {
      if (d.step.unreached || !isDirect(d.step) || !isSteady(d.step.gradient.map(Math.abs))) continue
      const behind = throughOptimizer(d.step)
      if (behind.gradientNode !== undefined && behind.residual < MATCH) drafts[i] = behind
    }
  const matching = drafts.filter((d) => d.residual < MATCH && d.ratio !== 0 && !d.step.unreached && !isStill(d.step))
  const telling = matching.filter((d) => !isOneNumber(d.step))
  const fits = drafts.some((d) => !isOneNumber(d.step) && !d.step.unreached && !isStill(d.step)) ? telling : matching
  // The rate of a gradient that is nowhere to be seen is that of the others, where they share one.
  const [shared, ...differing] = new Set(fits.map((d) => d.rate))
  if (shared !== undefined && differing.length === 0)
    for (const d of drafts) if (!fits.includes(d) && d.gradientNode === undefined && !isStill(d.step)) d.rate = shared
  for (const [d, number] of wholeRates(scene, drafts)) d.rate *= number
  const ownRates = drafts.map((d) => d.rate)
  const [some] = fits
  if (some !== undefined && fits.every((d) => Math.abs(d.ratio / some.ratio - 1) < 1e-5))
    for (const d of drafts) d.rate = 1
  const normal = normalRatio(
    fits.map((d) => d.ratio / d.rate),
    measured.loss.stated,
  )
  const results = drafts.map((d, i): ParameterResult => {
    const relative = isStill(d.step) ? 1 : d.ratio / d.rate / normal
    return {
      chain: d.step.chain,
      status: fits.length === 0 && matching.includes(d) ? 'wrong' : statusOf(d, relative, normal),
      ratio: d.ratio,
      relative,
      residual: d.residual,
      rate: d.rate,
      ownRate: ownRates[i] ?? d.rate,
      step: d.step,
      ...(d.gradientNode !== undefined && { gradientNode: d.gradientNode }),
    }
  })
  const consistent =
    results.length > 0 && results.every((r) => r.status === 'right' || r.status === 'unreached') && fits.length > 0
  return { measured, results, explained: fits.length / Math.max(1, drafts.length), consistent }
}

/**
 * For each parameter the step that it is judged by: the first one, unless a later one tells more, where the gradient
 * is not zero or is missed. A step that continues what an earlier one kept (a velocity, a sum) is judged by no later.
 */
function tellingSteps(tape: Tape, dependence: Dependence, measured: Measured): Map<number, ChainStep> {
  // What is no number any more, at a rate that is too high, tells nothing of the formulas.
  const isNumber = (step: ChainStep) => step.update.every(Number.isFinite) && step.gradient.every(Number.isFinite)
  const misses = (step: ChainStep) =>
    !step.unreached && !isStill(step) && isNumber(step) && !(step.match.residual < MATCH)
  const rows = measured.steps.filter((row, k) => k === 0 || row.every((step) => startsAfresh(tape, dependence, step)))
  const still = (row: readonly ChainStep[]) => row.filter(isStill).length
  const [start = [], ...later] = rows
  const fuller = later.find(
    (row) => row.length > start.length && start.every((s) => row.some((o) => o.chain === s.chain)),
  )
  const missed = start.some(misses) ? fuller : later.find((row) => row.some(misses))
  // A step that moves more parameters, where the first is a trial of some: a gradient check in the script.
  const told = later.filter(
    (row) => row.length > start.length || (row.length === start.length && still(row) < still(start)),
  )
  const chosen = missed ?? (start.some(misses) ? undefined : told.sort((a, b) => still(a) - still(b))[0]) ?? start
  const out = new Map<number, ChainStep>()
  for (const row of [chosen, ...measured.steps])
    for (const step of row) if (!out.has(step.chain.id)) out.set(step.chain.id, step)
  return out
}

/** Whether an update is made of nothing that was computed before the step began. */
function startsAfresh(tape: Tape, dependence: Dependence, { before, after }: ChainStep): boolean {
  for (const node of tape.madeFrom([after], dependence.cut))
    if (node < before && dependence.depends[node] === 1 && !dependence.cut.has(node)) return false
  return true
}

/** No gradient and no update, but for rounding: right, and without a ratio. */
export function isStill(step: Pick<ChainStep, 'update' | 'gradient'>): boolean {
  return isNothing(step.update) && isNothing(step.gradient)
}

const ROUNDING = 1e-14

/** Zeros, but for rounding. */
export const isNothing = (data: Float64Array, rounding = ROUNDING) => data.every((x) => Math.abs(x) < rounding)

/**
 * What rounding leaves of a gradient that is 0, beside gradients that are not (a bias before a batch norm has sums that
 * cancel), and what an optimiser may make of that.
 */
function roundingBeside(steps: Iterable<ChainStep>): { gradient: number; update: number } {
  const all = [...steps]
  const most = (arrays: Float64Array[]) =>
    arrays.reduce((max, data) => data.reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), max), 0)
  return {
    gradient: Math.max(ROUNDING, 100 * ROUNDING * most(all.map((s) => s.gradient))),
    update: 1e-6 * most(all.map((s) => s.update)),
  }
}

/** One number is a multiple of any other, also where it is the same at all points: that says nothing by itself. */
export const isOneNumber = ({ gradient, update }: ChainStep) => isSteady(gradient) && isSteady(update)

const isSteady = ([first = 0, ...others]: Float64Array) =>
  others.every((x) => Math.abs(x - first) <= MATCH * Math.abs(first))

/** Whether an update is large enough for its ratio to be more than rounding. */
export const isSeen = (step: ChainStep) => step.update.some((x) => Math.abs(x) > 1e-9)

/** A parameter that follows its gradient, and by how much. */
export const showsRatio = (result: ParameterResult) => result.status === 'right' && !isStill(result.step)

function statusOf(d: { step: ChainStep; residual: number; ratio: number }, relative: number, normal: number): Status {
  if (d.step.unreached && d.step.update.every((x) => x === 0)) return 'unreached'
  if (isStill(d.step)) return 'right'
  if (!(d.residual < MATCH) || d.ratio === 0) return 'wrong'
  if (d.ratio < 0) return 'sign'
  return normal > 0 && Math.abs(relative - 1) < 1e-5 ? 'right' : 'scaled'
}

/** The ratio that most parameters share; where it is tied, of a stated loss, 1 or a count; a positive one where there is one. */
function normalRatio(ratios: readonly number[], stated: boolean): number {
  const groups: { ratio: number; count: number }[] = []
  for (const ratio of ratios) {
    const group = groups.find((g) => Math.abs(g.ratio - ratio) <= 1e-5 * Math.abs(ratio))
    if (group === undefined) groups.push({ ratio, count: 1 })
    else group.count++
  }
  // A sum for a mean is a slip that nobody minds; another number stands for something that is missing.
  const isWhole = (r: number) => Math.abs(r - Math.round(r)) < 1e-6 * r && Math.round(r) > 0
  const isPlain = (r: number) => (stated ? (Math.abs(r - 1) < 1e-6 ? 2 : Number(isWhole(r) || isWhole(1 / r))) / 4 : 0)
  groups.sort(
    (a, b) => Number(b.ratio > 0) - Number(a.ratio > 0) || b.count + isPlain(b.ratio) - a.count - isPlain(a.ratio),
  )
  return groups[0]?.ratio ?? 1
}
