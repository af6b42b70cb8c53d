/**
 * Where a constant factor (a sign, a missing division) got in: each statement's value is multiplied with one unknown
 * number, and what the parameters' updates then are says what that number must be, if any will do.
 */

import type { ParameterResult } from '../analyse.ts'
import { findMeetings } from '../roles/losses.ts'
import { proportion } from '../roles/measure.ts'
import type { Tensor } from '../tape/tensor.ts'
import { innerOf } from './factors.ts'
import { besidePenalty, factorFor, isClose, isCount, multiplied, SAME, scaled, taken, wantedOf } from './multiply.ts'
import type { Remake } from './remake/change.ts'
import type { Located, Occurrence, Situation } from './situation.ts'
import { regionOf, type Statement } from './statements.ts'

export interface Multiple extends Located {
  readonly remake: Remake
  /** What the statement's value must be multiplied with. */
  readonly factor: number
  /** The scale that is right, where it is not that of most parameters. */
  readonly scale?: Scale
}

export interface Scale {
  readonly normal: number
  /** Whether it is measured with each parameter's own rate taken out. */
  readonly byOwnRate: boolean
}

const TURNING = new Set(['neg', 'negative', 'sub', 'subtract'])
const PLAIN = new Set(['mul', 'multiply', 'dot', 'matmul', 'inner', 'outer', 'einsum', 'move', 'view', 'copy', 'sum'])
const MOST_STATEMENTS = 60
/** The factor that is tried where the answer is not in proportion to it: a run of the statement that reads an earlier one. */
const NEGATED = -1

/** The statement whose multiple makes the most wrong parameters right, and those that would do as well. */
export function locateMultiple(situation: Situation, deadline: number): Multiple | undefined {
  const { wrong } = situation
  if (wrong.length === 0) return undefined
  const found = multiplesOf(situation, deadline)
  // The majority may be what is off: what the others have may be the right scale, or what the loss says.
  const others = otherScales(situation).flatMap(({ other, scale }): Multiple[] => {
    if (other.wrong.length === 0 || Date.now() > deadline) return []
    const multiple = multiplesOf(other, deadline)
    return multiple !== undefined && multiple.fixed.length === other.wrong.length && isCount(multiple.factor)
      ? [{ ...multiple, scale }]
      : []
  })
  const complete = found !== undefined && found.fixed.length === wrong.length
  // The more parameters are right as they are, the less likely they are what is off.
  const share = situation.right.length / (situation.right.length + wrong.length)
  const costOf = (m: Multiple) => m.remake.cost + (m === found ? 0 : 1.5 * share - 0.3) + (m.factor > 1 ? 0.1 : 0)
  const [best] = [...(complete ? [found] : []), ...others].sort((a, b) => costOf(a) - costOf(b))
  return best ?? found
}

/** The same situation with another scale taken for the right one. */
function otherScales(situation: Situation): { other: Situation; scale: Scale }[] {
  const { wrong, right, normal, judged } = situation
  const all = [...wrong, ...right]
  if (normal === undefined || right.length === 0 || wrong.some((r) => r.status === 'sign')) return []
  const ratios = wrong.flatMap((r) => (r.status === 'scaled' ? [r.ratio / r.rate / normal] : []))
  const distinct = ratios.filter((x, i) => ratios.findIndex((y) => Math.abs(y / x - 1) < 1e-5) === i).slice(0, 2)
  const scenes = distinct.flatMap((x) => [
    { normal: normal * x, byOwnRate: false },
    { normal: normal / x, byOwnRate: false },
  ])
  if (judged.measured.loss.stated) scenes.push({ normal: 1, byOwnRate: true })
  return scenes.map((scale) => {
    const measured = scale.byOwnRate ? all.map((r) => ({ ...r, rate: r.ownRate })) : all
    const fits = (r: ParameterResult) => r.status !== 'wrong' && Math.abs(r.ratio / r.rate / scale.normal - 1) < 1e-5
    const results = measured.map((r): ParameterResult => {
      if (fits(r)) return { ...r, status: 'right' }
      return r.status === 'right' ? { ...r, status: 'scaled' } : r
    })
    const other = {
      ...situation,
      region: regionOf(situation.analysis, { ...judged, results }),
      normal: scale.normal,
      right: results.filter((r) => r.status === 'right'),
      wrong: results.filter((r) => r.status !== 'right'),
    }
    return { other, scale }
  })
}

function multiplesOf(situation: Situation, deadline: number): Multiple | undefined {
  const { wrong, right } = situation
  const found: Multiple[] = []
  for (const statement of [...placesOf(situation), ...errorsOf(situation)].slice(0, MOST_STATEMENTS)) {
    if (Date.now() > deadline) break
    const solved = statement.updates ? turnedUpdate(situation, statement) : solve(situation, statement)
    if (solved === undefined || solved.fixed.length === 0) continue
    // An odd factor that explains only a part is the chance of few numbers.
    if (solved.fixed.length < wrong.length && !isCount(solved.factor)) continue
    found.push(describe(situation, statement, solved))
  }
  const most = Math.max(0, ...found.map((m) => m.fixed.length))
  const signs = wrong.every((r) => r.status === 'sign') && right.length === 0
  // Several updates that climb are one error that is turned.
  const equals = found.filter((m) => m.fixed.length === most && !(signs && m.statement.updates && most < wrong.length))
  equals.sort((a, b) => a.remake.cost - b.remake.cost)
  const [first, ...others] = equals
  if (first === undefined) return undefined
  return { ...first, rivals: others.filter((o) => !o.statement.updates).map((o) => o.statement) }
}

function placesOf({ region }: Situation): Statement[] {
  return region.statements.filter((s) => s.times === undefined)
}

/** Errors that the loss is computed from too, which are no part of the backward pass alone. */
function errorsOf({ analysis, region, wrong }: Situation): Statement[] {
  const { tape, dependence } = analysis
  const made = tape.madeFrom(
    wrong.map((r) => r.step.after),
    dependence.cut,
  )
  const out = new Map<number, number[]>()
  for (const { node } of findMeetings(tape, dependence)) {
    if (node >= region.end || !region.forward.has(node) || !made.has(node)) continue
    const site = region.homeOf(node)
    const last = [...region.held].find((n) => n >= node && n < region.end && region.homeOf(n) === site) ?? node
    const list = out.get(site) ?? []
    if (!list.includes(last)) out.set(site, [...list, last])
  }
  return [...out].map(([site, outputs]) => ({
    site,
    outputs,
    suspected: outputs,
    signal: true,
    exonerated: false,
    updates: false,
  }))
}

interface Solved {
  readonly factor: number
  readonly fixed: readonly number[]
}

/** An update turned round is right where nothing but the sign is wrong. */
function turnedUpdate({ wrong, normal }: Situation, { outputs }: Statement): Solved | undefined {
  const own = wrong.filter((r) => outputs.includes(r.step.after) && r.status === 'sign')
  const off = own.filter((r) => normal !== undefined && Math.abs(r.ratio / r.rate / normal + 1) > 1e-5)
  return off.length > 0 ? undefined : { factor: NEGATED, fixed: own.map((r) => r.chain.id) }
}

function solve(situation: Situation, statement: Statement): Solved | undefined {
  const { wrong } = situation
  const before = taken(situation, situation.points, wrong)
  const without = taken(situation, multiplied(situation, statement, 0), wrong)
  const factors = wrong.flatMap((result, i) => {
    const factor = factorFor(situation, result, before[i], without[i])
    return factor === undefined ? [] : [{ chain: result.chain.id, factor }]
  })
  const group = largestGroup(factors.filter(({ factor }) => isFactor(factor)))
  const repeats = readsItself(situation, statement)
  const [straight] = group
  const tried = [
    ...(straight === undefined ? [] : [straight.factor]),
    ...(repeats ? [curvedFactor(situation, statement) ?? NEGATED, NEGATED] : []),
  ].map((x) => (Math.abs(x - NEGATED) < SAME ? NEGATED : x))
  // Without a right parameter any scale will do, which `fits` can't know.
  const known = repeats ? [] : group.map((g) => g.chain)
  const outcomes = [...new Set(tried)].filter(isFactor).flatMap((factor) => {
    const fixed = fixedBy(situation, statement, factor)
    return fixed === undefined ? [] : [{ factor, fixed: [...new Set([...fixed, ...known])] }]
  })
  return outcomes.sort((a, b) => b.fixed.length - a.fixed.length)[0]
}

const isFactor = (x: number) => Number.isFinite(x) && Math.abs(x - 1) > SAME && Math.abs(x) > SAME

/** The parameters that are right with the statement's value multiplied; undefined where a right one no longer is. */
function fixedBy(situation: Situation, statement: Statement, factor: number): number[] | undefined {
  const { wrong, right } = situation
  const after = taken(situation, multiplied(situation, statement, factor), [...wrong, ...right])
  const fits = (result: ParameterResult, i: number) => {
    const wanted = wantedOf(situation, result)
    const now = after[i]
    if (wanted === undefined || now === undefined) return false
    const besides = besidePenalty(situation, result)
    return isClose(now, wanted) || (besides !== undefined && isClose(besides(now), besides(wanted)))
  }
  if (right.some((result, i) => !fits(result, wrong.length + i))) return undefined
  return wrong.filter(fits).map((r) => r.chain.id)
}

/** For a statement whose runs read earlier ones, by Newton's method: the update is a polynomial of the factor. */
function curvedFactor(situation: Situation, statement: Statement): number | undefined {
  const result = situation.wrong.at(-1)
  const wanted = result && wantedOf(situation, result)
  if (result === undefined || wanted === undefined) return undefined
  const at = (factor: number) => taken(situation, multiplied(situation, statement, factor), [result])[0]
  let factor = 1
  for (let k = 0; k < MOST_ITERATIONS; k++) {
    const [here, there] = [at(factor), at(factor + STEP)]
    if (here === undefined || there === undefined) return undefined
    const slope = there.map((x, i) => (x - (here[i] as number)) / STEP)
    const missing = wanted.map((x, i) => x - (here[i] as number))
    const { ratio } = proportion(missing, slope)
    if (!Number.isFinite(ratio)) return undefined
    factor += ratio
    if (Math.abs(ratio) < 1e-9) break
  }
  // The slope is a difference: a whole number is meant.
  const near = [Math.round(factor), 1 / Math.round(1 / factor)].find((x) => Math.abs(x / factor - 1) < 1e-4)
  return near ?? factor
}

const MOST_ITERATIONS = 12
const STEP = 1e-5

function readsItself({ analysis, region }: Situation, { outputs }: Statement): boolean {
  if (outputs.length < 2) return false
  const seen = analysis.tape.madeFrom([outputs.at(-1) ?? 0], analysis.dependence.cut)
  return outputs.slice(0, -1).some((n) => seen.has(n)) && outputs.every((n) => n < region.end)
}

function describe(situation: Situation, statement: Statement, { factor, fixed }: Solved): Multiple {
  const { points, labels } = situation
  const after = statement.updates ? points : multiplied(situation, statement, factor)
  const occurrences = statement.outputs.map((node): Occurrence => {
    const given = points.map((values) => values[node])
    const wanted = statement.updates ? turnedAround(situation, node, given) : after.map((values) => values[node])
    return { node, given, wanted, target: labels.of(node, points)[0]?.node ?? -1 }
  })
  const kind = factor < 0 ? 'sign' : 'scale'
  const own = Number((1 / factor).toPrecision(4))
  const text = `it is ${own} times the gradient that is needed`
  const cost = costOf(situation, statement, factor)
  return { statement, fixed, occurrences, labelled: false, rivals: [], factor, remake: { kind, text, cost } }
}

function turnedAround(
  { wrong, points }: Situation,
  node: number,
  given: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const result = wrong.find((r) => r.step.after === node)
  return given.map((x, p) => x && scaled(x, points[p]?.[result?.step.before ?? -1], NEGATED))
}

/** The factor gets in where a statement's value has it and what it was computed from has not. */
function costOf(situation: Situation, statement: Statement, factor: number): number {
  if (statement.updates) return 0.3
  const { analysis, region } = situation
  const [node = -1] = statement.outputs
  const own = scaleOf(situation, node)
  const inner = innerOf(analysis, region, node, new Set(statement.outputs.slice(1)))
  const within = new Set(inner)
  const from = inner
    .flatMap((n) => analysis.tape.entry(n).args)
    .filter((n) => !within.has(n) && region.signal[n] === 1)
    .map((n) => scaleOf(situation, n))
    .find((s) => s !== undefined)
  // A sum from which something is taken, a value that is turned as a whole: somebody wrote that sign.
  const { op, site } = analysis.tape.entry(node)
  const kind = analysis.trace.sites[analysis.trace.sites[site]?.statement ?? -1]?.kind
  if (factor === NEGATED && (op === 'neg' || op === 'negative')) return 0.1
  if (factor === NEGATED && kind === 'AugAssign' && TURNING.has(op)) return 0.15
  const carries = region.signal[node] === 1
  const ops = inner.map((n) => analysis.tape.entry(n).op)
  // A matrix or a mask in which the sign turns, computed apart.
  if (!carries) return factor === NEGATED && ops.some((op) => TURNING.has(op)) ? 0.5 : 1.5
  const isError = inner.every((n) => analysis.tape.entry(n).args.every((a) => within.has(a) || region.signal[a] !== 1))
  const added = own === undefined ? undefined : from !== undefined ? own / from : isError ? Math.sign(own) : undefined
  const negates = factor === NEGATED && ops.some((op) => op === 'neg' || op === 'negative') ? 0.2 : 0
  if (factor !== NEGATED && added !== undefined && !isError) {
    if (Math.abs(added - 1) < 1e-5) return 2
    const [is, should] = [added, added * factor].map((x) => isUsual(situation, inner, x))
    return is === should ? 1 : is ? 2 : 0.2
  }
  const gotIn = added !== undefined && added * factor > 0
  // Products alone turn no sign: one of their operands brought it.
  const brings = factor !== NEGATED || isError || !ops.every((op) => PLAIN.has(op))
  if (gotIn && factor === NEGATED) return brings ? 0.2 - negates : 1.1
  if (isError) return 0.9
  return added === undefined || factor !== NEGATED ? 1 - negates : 2
}

/** What statements multiply gradients with on purpose: nothing, or the length of some axis. */
function isUsual({ analysis, points }: Situation, nodes: readonly number[], x: number): boolean {
  const lengths = new Set([1])
  for (const node of nodes)
    for (const n of [node, ...analysis.tape.entry(node).args])
      for (const length of points[0]?.[n]?.shape ?? []) lengths.add(length)
  const size = Math.abs(x)
  return [...lengths].some((n) => Math.abs(size / n - 1) < 1e-5 || Math.abs(size * n - 1) < 1e-5)
}

/** What a value is times the gradient of an earlier one: of one that the script holds, or none that turns a sign on its way. */
function scaleOf({ analysis, labels, points, region }: Situation, node: number): number | undefined {
  const found = labels.of(node, points).filter((l) => l.node < node && analysis.dependence.depends[l.node] === 1)
  const plain = found.filter((l) => !TURNING.has(analysis.tape.entry(l.node).op))
  return (found.find((l) => region.held.has(l.node)) ?? plain[0])?.scale
}

function largestGroup(list: readonly { chain: number; factor: number }[]): { chain: number; factor: number }[] {
  let best: { chain: number; factor: number }[] = []
  for (const { factor } of list) {
    const group = list.filter((o) => Math.abs(o.factor / factor - 1) < SAME)
    if (group.length > best.length) best = group
  }
  return best
}
