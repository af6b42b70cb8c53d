/**
 * Where a constant factor (a sign, a missing division) got in: each statement's value is multiplied with one unknown
 * number, and what the parameters' updates then are says what that number must be, if any will do.
 */

import type { ParameterResult } from '../judge.ts'
import { proportion } from '../roles/measure.ts'
import { findMeetings } from '../roles/meetings.ts'
import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'
import type { Tensor } from '../tape/tensor.ts'
import { entryCost, NEGATED, WRITTEN } from './entry.ts'
import { besidePenalty, factorFor, isClose, isCount, multiplied, SAME, scaled, taken, wantedOf } from './multiply.ts'
import type { Remake } from './remake/change.ts'
import type { Located, Occurrence, Situation } from './situation.ts'
import { innerOf, regionOf, type Statement } from './statements.ts'
import { workDone } from './work.ts'

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

const MOST_STATEMENTS = 60
const OMITTED = 0.8
const LIKE_ITS_PARTNER = 0.1

/** The statement whose multiple makes the most wrong parameters right, and those that would do as well. */
export function locateMultiple(situation: Situation, deadline: number): Multiple | undefined {
  const { wrong } = situation
  if (wrong.length === 0) return undefined
  const found = multiplesOf(situation, deadline)
  // The majority may be what is off: what the others have may be the right scale, or what the loss says.
  const others = otherScales(situation).flatMap(({ other, scale }): Multiple[] => {
    if (other.wrong.length === 0 || workDone() > deadline) return []
    const multiple = multiplesOf(other, deadline)
    return multiple !== undefined && multiple.fixed.length === other.wrong.length && isPlausible(multiple.factor)
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
    // Twice on the way to one of them, once on the way to the other.
    { normal: normal * x * x, byOwnRate: false },
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
    if (workDone() > deadline) break
    const solved = statement.updates ? turnedUpdate(situation, statement) : solve(situation, statement)
    if (solved === undefined || solved.fixed.length === 0) continue
    // An odd factor that explains only a part is the chance of few numbers.
    if (solved.fixed.length < wrong.length && !isPlausible(solved.factor)) continue
    found.push(describe(situation, statement, solved))
  }
  const most = Math.max(0, ...found.map((m) => m.fixed.length))
  const signs = wrong.every((r) => r.status === 'sign') && right.length === 0
  // Several updates that climb are one error that is turned.
  const equals = found.filter((m) => m.fixed.length === most && !(signs && m.statement.updates && most < wrong.length))
  equals.sort((a, b) => a.remake.cost - b.remake.cost)
  const [cheapest] = equals
  if (cheapest === undefined) return undefined
  const first = sumUndivided(situation, cheapest, equals) ?? cheapest
  const others = equals.filter((m) => m !== first)
  return { ...first, rivals: others.filter((o) => !o.statement.updates).map((o) => o.statement) }
}

/** Of a sum over a loop's turns, which others divide once the loop is over, its last statement is the one that is not divided. */
function sumUndivided(situation: Situation, found: Multiple, equals: readonly Multiple[]): Multiple | undefined {
  const { outputs, site } = found.statement
  if (found.remake.cost <= WRITTEN) return undefined
  if (outputs.length < 2 || runsOfSameFactor(situation, found.factor, site) >= outputs.length) return undefined
  const lastOf = (m: Multiple) => m.statement.outputs.at(-1) ?? 0
  const sums = equals.filter((m) => m.statement.outputs.length >= outputs.length && m.factor === found.factor)
  return sums.reduce((a, b) => (lastOf(b) > lastOf(a) ? b : a), found)
}

/** How often, at least, an operation in the same function gives right gradients just the factor that another lacks; Infinity where none does. */
export function runsOfSameFactor(situation: Situation, factor: number, statement: number): number {
  return Math.min(...[...sitesOfFactor(situation, factor, statement).values()].map((nodes) => nodes.length))
}

/** The operations in the same function that give right gradients a factor, or its inverse's division, by their place. */
function sitesOfFactor(
  { analysis, points, right }: Situation,
  factor: number,
  statement: number,
): ReadonlyMap<number, readonly number[]> {
  const { tape, trace, dependence } = analysis
  const at = trace.sites[statement]
  const isNumber = (node: number | undefined, wanted: number) => {
    const data = points[0]?.[node ?? -1]?.data
    return data?.length === 1 && Math.abs((data[0] ?? 0) / wanted - 1) < 1e-9
  }
  const made = tape.madeFrom(
    right.map((r) => r.step.after),
    dependence.cut,
  )
  const found = new Map<number, number[]>()
  for (const node of made) {
    const { op, args, site } = tape.entry(node)
    const own = trace.sites[site]
    if (own === undefined || own.file !== at?.file || own.function !== at.function) continue
    const [a, b] = args
    const divides = DIVISIONS.has(op) && isNumber(b, 1 / factor)
    const multiplies = MULTIPLICATIONS.has(op) && (isNumber(a, factor) || isNumber(b, factor))
    if (divides || multiplies) found.set(site, [...(found.get(site) ?? []), node])
  }
  return found
}

/** Whether another statement makes a right gradient by the same operations, `dW2 = np.dot(d2, a1.T) / m`, and then has the factor. */
function hasPartner(situation: Situation, { site, outputs }: Statement, factor: number): boolean {
  const { analysis, region } = situation
  const opsOf = (node: number) => innerOf(analysis, region, node, new Set()).map((n) => analysis.tape.entry(n).op)
  const [node] = outputs
  const own = node === undefined ? [] : opsOf(node)
  return [...sitesOfFactor(situation, factor, site).values()].some(([other = -1]) => {
    const others = opsOf(other)
    // The division itself comes last.
    return own.length + 1 === others.length && own.every((op, i) => others[i] === op)
  })
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
  const held = [...region.held]
  const out = new Map<number, number[]>()
  for (const { node } of findMeetings(tape, dependence)) {
    if (node >= region.end || !region.forward.has(node) || !made.has(node)) continue
    const site = region.homeOf(node)
    const last = held.find((n) => n >= node && n < region.end && region.homeOf(n) === site) ?? node
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

const isPlausible = (factor: number) => isCount(factor) || Math.abs(factor) < SAME

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
  const twice = hasTwin(situation, statement)
  const isFactor = (x: number) =>
    Number.isFinite(x) && Math.abs(x - 1) > SAME && (twice ? Math.abs(x) < SAME : Math.abs(x) > SAME)
  const group = largestGroup(factors.filter(({ factor }) => isFactor(factor)))
  const repeats = readsItself(situation, statement)
  /** Of the group, the parameters whose updates do follow the factor: what comes in twice, σ′ of two layers, follows its square. */
  const followers = (factor: number) => {
    const after = taken(situation, multiplied(situation, statement, factor), wrong)
    return group.flatMap(({ chain }) => {
      const i = wrong.findIndex((r) => r.chain.id === chain)
      const [was, is, none] = [before[i], after[i], without[i]]
      if (was === undefined || is === undefined || none === undefined) return []
      const line = was.map((x, k) => (none[k] ?? 0) + factor * (x - (none[k] ?? 0)))
      return isClose(is, line) ? [chain] : []
    })
  }
  const [straight] = group
  const tried = [
    ...(straight === undefined ? [] : [straight.factor]),
    ...(repeats ? [curvedFactor(situation, statement) ?? NEGATED, NEGATED] : []),
  ].map((x) => (Math.abs(x - NEGATED) < SAME ? NEGATED : x))
  const outcomes = [...new Set(tried)].filter(isFactor).flatMap((factor) => {
    const fixed = fixedBy(situation, statement, factor)
    // Without a right parameter any scale will do, which `fits` can't know.
    const known = repeats || group.length === 0 ? [] : followers(factor)
    return fixed === undefined ? [] : [{ factor, fixed: [...new Set([...fixed, ...known])] }]
  })
  return outcomes.sort((a, b) => b.fixed.length - a.fixed.length)[0]
}

/** Whether the same statement stands on the next line or the one before. */
function hasTwin({ analysis }: Situation, { site }: Statement): boolean {
  const at = analysis.trace.sites[site]
  if (at === undefined || at.kind !== 'AugAssign' || at.line !== at.endLine) return false
  const lines = (analysis.trace.sources.get(at.file) ?? '').split('\n')
  const own = lines[at.line - 1]
  return own !== undefined && (lines[at.line] === own || lines[at.line - 2] === own)
}

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
  const twice = Math.abs(factor) < SAME
  const kind = twice ? 'extra-term' : factor < 0 ? 'sign' : 'scale'
  const own = Number((1 / factor).toPrecision(4))
  const text = twice
    ? 'the same statement stands there twice, and once is enough'
    : `it is ${own} times the gradient that is needed`
  // What lacks a factor that a right gradient gets in the same function.
  const isOmitted =
    factor > 0 && !twice && runsOfSameFactor(situation, factor, statement.site) < Number.POSITIVE_INFINITY
  const entry = entryCost(situation, statement, factor)
  const partner = isOmitted && hasPartner(situation, statement, factor) ? LIKE_ITS_PARTNER : 0
  const cost = twice ? 0.1 : isOmitted ? Math.min(entry, OMITTED) - partner : entry
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

function largestGroup(list: readonly { chain: number; factor: number }[]): { chain: number; factor: number }[] {
  let best: { chain: number; factor: number }[] = []
  for (const { factor } of list) {
    const group = list.filter((o) => Math.abs(o.factor / factor - 1) < SAME)
    if (group.length > best.length) best = group
  }
  return best
}
