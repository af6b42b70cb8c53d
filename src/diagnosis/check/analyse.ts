/** A trace in; what is trained, on which loss, and which parameters' updates follow the true gradient out. */

import { type Chain, findChains } from './roles/chains.ts'
import { type Dependence, findDependence } from './roles/dependence.ts'
import { findGradientNode, gradientAt } from './roles/gradient-node.ts'
import { gradientProxy } from './roles/gradient-proxy.ts'
import { inferredLosses, type Loss, statedLosses } from './roles/losses.ts'
import { boundariesOf, type ChainStep, MATCH, type Measured, measure, proportion } from './roles/measure.ts'
import { optimizerInput } from './roles/optimizer-input.ts'
import { makePoints, type Points } from './roles/points.ts'
import { rateOf } from './roles/rates.ts'
import { Tape } from './tape/tape.ts'
import type { Trace } from './trace/trace.ts'

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

export interface Judged {
  readonly measured: Measured
  readonly results: readonly ParameterResult[]
  /** How many parameters follow the gradient of this loss. */
  readonly explained: number
  readonly consistent: boolean
}

export interface Analysis {
  readonly trace: Trace
  readonly tape: Tape
  readonly chains: readonly Chain[]
  readonly dependence: Dependence
  readonly points: Points
  readonly judged: readonly Judged[]
  /** The loss that the script is held to. */
  readonly best?: Judged
}

const MAX_LOSSES = 10

export function analyse(trace: Trace, wanted?: Loss): Analysis {
  const tape = new Tape(trace)
  const chains = findChains(trace, tape)
  const dependence = findDependence(tape, chains)
  if (dependence.parameters.length === 0)
    return { trace, tape, chains, dependence, points: { values: [], changes: [], inputs: new Set() }, judged: [] }
  const recorded = tape.evaluate(new Map())
  const stated = statedLosses(tape, dependence, recorded).slice(0, MAX_LOSSES)
  const inferred = inferredLosses(tape, dependence, recorded)
  const points = makePoints(tape, dependence, targetsOf(tape, inferred), 3)
  const boundaries = boundariesOf([...stated, ...inferred])
  const losses = [...stated, ...inferred].filter((loss) => wanted === undefined || sameLoss(loss, wanted))
  const judged = losses.map((loss) =>
    judge(tape, dependence, points, measure(tape, dependence, points, loss, boundaries), chains),
  )
  const best = choose(tape, dependence, judged)
  return { trace, tape, chains, dependence, points, judged, ...(best && { best }) }
}

export function sameLoss(a: Loss, b: Loss): boolean {
  return a.form === b.form && a.name === b.name && a.stated === b.stated
}

/** Leaves that are targets: they stay as they are, since a target may have to be a probability. */
function targetsOf(tape: Tape, losses: readonly Loss[]): Set<number> {
  const targets = losses.flatMap((l) => (l.target === undefined || l.target < 0 ? [] : [l.target]))
  return new Set([...tape.ancestors(targets)].filter((n) => tape.entry(n).op === 'leaf'))
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
  const drafts = [...first.values()].map((step) => {
    if (step.match.residual < MATCH || step.unreached)
      return {
        step,
        ratio: step.match.ratio,
        residual: step.match.residual,
        rate: rate(step),
      }
    const input = optimizerInput(tape, dependence, points, forward, step)
    const found = gradientAt(points, step, input) ?? findGradientNode(tape, dependence, points, forward, step)
    if (found === undefined) {
      const proxy = input ?? gradientProxy(tape, dependence, points, chains, step)
      return {
        step,
        ratio: step.match.ratio,
        residual: step.match.residual,
        rate: 1,
        ...(proxy !== undefined && { gradientNode: proxy }),
      }
    }
    // An update that is no number has no direction: it is the optimiser's doing, not the gradient's.
    const sign = step.update.every(Number.isFinite) ? Math.sign(proportion(step.update, step.gradient).ratio) : 1
    return {
      step,
      ratio: Math.abs(found.ratio) * sign,
      residual: found.residual,
      rate: rate(step, found.node),
      gradientNode: found.node,
    }
  })
  const fits = drafts.filter((d) => d.residual < MATCH && d.ratio !== 0 && !d.step.unreached && !isStill(d.step))
  // The rate of a gradient that is nowhere to be seen is that of the others, where they share one.
  const [shared, ...differing] = new Set(fits.map((d) => d.rate))
  if (shared !== undefined && differing.length === 0)
    for (const d of drafts) if (!fits.includes(d) && d.gradientNode === undefined && !isStill(d.step)) d.rate = shared
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
      status: statusOf(d, relative, normal),
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
  return step.update.every((x) => Math.abs(x) < 1e-14) && step.gradient.every((x) => Math.abs(x) < 1e-14)
}

/** Whether an update is large enough for its ratio to be more than rounding. */
const isSeen = (step: ChainStep) => step.update.some((x) => Math.abs(x) > 1e-9)

/** A parameter that follows its gradient, and by how much. */
export const showsRatio = (result: ParameterResult) => result.status === 'right' && !isStill(result.step)

function statusOf(d: { step: ChainStep; residual: number; ratio: number }, relative: number, normal: number): Status {
  if (d.step.unreached && d.step.update.every((x) => x === 0)) return 'unreached'
  if (isStill(d.step)) return 'right'
  if (!(d.residual < MATCH) || d.ratio === 0) return 'wrong'
  if (d.ratio < 0) return 'sign'
  return normal > 0 && Math.abs(relative - 1) < 1e-5 ? 'right' : 'scaled'
}

/** The ratio that most parameters share; ratio 1 (of a stated loss) where it is tied; a positive one where there is one. */
function normalRatio(ratios: readonly number[], stated: boolean): number {
  const groups: { ratio: number; count: number }[] = []
  for (const ratio of ratios) {
    const group = groups.find((g) => Math.abs(g.ratio - ratio) <= 1e-5 * Math.abs(ratio))
    if (group === undefined) groups.push({ ratio, count: 1 })
    else group.count++
  }
  const isOne = (r: number) => stated && Math.abs(r - 1) < 1e-6
  groups.sort(
    (a, b) =>
      Number(b.ratio > 0) - Number(a.ratio > 0) ||
      b.count + Number(isOne(b.ratio)) / 2 - a.count - Number(isOne(a.ratio)) / 2,
  )
  return groups[0]?.ratio ?? 1
}

/**
 * The loss that explains most. An update that is the gradient, penalty and all, is evidence against a loss for which it
 * holds the gradient beside something else; among equals the loss that contains the other, and what the script states.
 */
function choose(tape: Tape, dependence: Dependence, judged: readonly Judged[]): Judged | undefined {
  const exact = new Map(judged.map((j) => [j, chainsOf(j, false)]))
  const beside = new Map(judged.map((j) => [j, chainsOf(j, true)]))
  const reach = new Map(
    judged.map((j) => [
      j,
      tape.ancestors(
        j.measured.loss.steps.slice(0, 1).flatMap((s) => s.terms.map(([n]) => n)),
        dependence.cut,
      ),
    ]),
  )
  const explainsMore = (a: Judged, b: Judged) =>
    a.measured.loss.stated && [...(exact.get(a) ?? [])].some((chain) => beside.get(b)?.has(chain))
  const contains = (a: Judged, b: Judged) => {
    const [step] = b.measured.loss.steps
    if (a === b || step === undefined || !a.measured.loss.stated || !b.measured.loss.stated) return false
    const inside = reach.get(a)
    return step.terms.every(([n]) => inside?.has(n)) && (inside?.size ?? 0) > (reach.get(b)?.size ?? 0) + 2
  }
  const chainsReached = (j: Judged) => new Set(j.results.map((r) => r.chain.id))
  const chainsFollowed = new Set(judged.filter((j) => j.consistent).flatMap((j) => [...chainsReached(j)]))
  /**
   * A stated loss of all outputs, against what was inferred from one of them; or one that all parameters follow but for
   * a factor, against one that is followed by fewer, if no other loss is what the rest of them follows.
   */
  const reachesMore = (a: Judged, b: Judged) => {
    const [more, fewer] = [chainsReached(a), chainsReached(b)]
    if (!a.measured.loss.stated || count(a) === 0) return false
    if (more.size <= fewer.size || ![...fewer].every((id) => more.has(id))) return false
    if (b.consistent) return a.explained === 1 && [...more].some((id) => !chainsFollowed.has(id))
    return !b.measured.loss.stated
  }
  const count = (j: Judged) => exact.get(j)?.size ?? 0
  /** Whether some gradient is right to its very scale. */
  const isUnit = ({ measured, results }: Judged) =>
    measured.loss.stated && results.some((r) => showsRatio(r) && Math.abs(r.ratio / r.rate - 1) < 1e-6)
  const regular = ({ results }: Judged) => results.filter((r) => Math.abs(Math.abs(r.relative) - 1) < 1e-5).length
  const fitted = (j: Judged) => count(j) + (beside.get(j)?.size ?? 0)
  /** A loss whose steps show nothing of some parameters, against one whose steps show that they are off. */
  const isBlind = (a: Judged, b: Judged) =>
    a.consistent &&
    !b.consistent &&
    b.explained > a.explained &&
    a.results.some(
      ({ step, chain }) =>
        isStill(step) &&
        b.results.some(
          (o) => o.chain.id === chain.id && (o.status === 'scaled' || o.status === 'sign') && isSeen(o.step),
        ),
    )
  const before = (a: Judged, b: Judged) => {
    if (isBlind(a, b) !== isBlind(b, a)) return isBlind(b, a)
    if (a.consistent && b.consistent)
      // A loss seen from one state of a gradient check reaches fewer parameters than the loss of the training itself.
      return (
        fitted(a) > fitted(b) ||
        (fitted(a) === fitted(b) &&
          (a.explained > b.explained ||
            (a.explained === b.explained &&
              (a.measured.loss.stated === b.measured.loss.stated
                ? // What is printed at the end is the loss of one step.
                  a.measured.loss.steps.length > 1 && b.measured.loss.steps.length === 1
                : a.measured.loss.stated))))
      )
    if (reachesMore(a, b) !== reachesMore(b, a)) return reachesMore(a, b)
    if (explainsMore(a, b) !== explainsMore(b, a)) return explainsMore(a, b)
    if (count(a) > 0 && count(a) === count(b) && contains(a, b) !== contains(b, a)) return contains(a, b)
    const order =
      Number(a.consistent) - Number(b.consistent) ||
      a.explained - b.explained ||
      count(a) - count(b) ||
      regular(a) - regular(b) ||
      Number(isUnit(a)) - Number(isUnit(b)) ||
      Number(a.measured.loss.stated) - Number(b.measured.loss.stated)
    return order > 0
  }
  return judged.reduce<Judged | undefined>((best, j) => (best === undefined || before(j, best) ? j : best), undefined)
}

/** The parameters whose update is the gradient itself, or (`beside`) holds it beside something else. */
function chainsOf(judged: Judged, beside: boolean): Set<number> {
  const fits = judged.results.filter((r) => r.residual < MATCH && r.ratio !== 0 && r.status !== 'unreached')
  return new Set(fits.filter((r) => (r.gradientNode !== undefined) === beside).map((r) => r.chain.id))
}
