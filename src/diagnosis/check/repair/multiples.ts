/**
 * Where a constant factor (a sign, a missing division) got in: each statement's value is multiplied with one unknown
 * number, and what the parameters' updates then are says what that number must be, if any will do.
 */

import type { ParameterResult } from '../analyse.ts'
import { findMeetings } from '../roles/losses.ts'
import type { Tensor } from '../tape/tensor.ts'
import { innerOf } from './factors.ts'
import { besidePenalty, factorFor, isClose, multiplied, scaled, taken, wantedOf } from './multiply.ts'
import type { Remake } from './remake/change.ts'
import type { Located, Occurrence, Situation } from './situation.ts'
import type { Statement } from './statements.ts'

export interface Multiple extends Located {
  readonly remake: Remake
  /** What the statement's value must be multiplied with. */
  readonly factor: number
}

const TURNING = new Set(['neg', 'negative', 'sub', 'subtract'])
const PLAIN = new Set(['mul', 'multiply', 'dot', 'matmul', 'inner', 'outer', 'einsum', 'move', 'view', 'copy', 'sum'])
const MOST_STATEMENTS = 60
const SAME = 1e-6
/** The factor that is tried where the answer is not in proportion to it: a run of the statement that reads an earlier one. */
const NEGATED = -1

/** The statement whose multiple makes the most wrong parameters right, and those that would do as well. */
export function locateMultiple(situation: Situation, deadline: number): Multiple | undefined {
  const { wrong, right } = situation
  if (wrong.length === 0) return undefined
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
  const { wrong, right } = situation
  const before = taken(situation, situation.points, [...wrong, ...right])
  const without = taken(situation, multiplied(situation, statement, 0), [...wrong, ...right])
  const factors = wrong.flatMap((result, i) => {
    const factor = factorFor(situation, result, before[i], without[i])
    return factor === undefined ? [] : [{ chain: result.chain.id, factor }]
  })
  const group = largestGroup(factors.filter(({ factor }) => Math.abs(factor - 1) > SAME && Math.abs(factor) > SAME))
  const solved = group[0]?.factor ?? NEGATED
  const tried = Math.abs(solved - NEGATED) < SAME ? NEGATED : solved
  const repeats = readsItself(situation, statement)
  if (group.length === 0 && !repeats) return undefined
  const after = taken(situation, multiplied(situation, statement, tried), [...wrong, ...right])
  const fits = (result: ParameterResult, i: number) => {
    const wanted = wantedOf(situation, result)
    const now = after[i]
    if (wanted === undefined || now === undefined) return false
    const besides = besidePenalty(situation, result)
    return isClose(now, wanted) || (besides !== undefined && isClose(besides(now), besides(wanted)))
  }
  if (right.some((result, i) => !fits(result, wrong.length + i))) return undefined
  const known = new Set(group.map((g) => g.chain))
  const fixed = wrong.filter((result, i) => fits(result, i) || (known.has(result.chain.id) && !repeats))
  return { factor: tried, fixed: fixed.map((r) => r.chain.id) }
}

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
  const carries = region.signal[node] === 1
  const ops = inner.map((n) => analysis.tape.entry(n).op)
  // A matrix or a mask in which the sign turns, computed apart.
  if (!carries) return factor === NEGATED && ops.some((op) => TURNING.has(op)) ? 0.5 : 1
  const isError = inner.every((n) => analysis.tape.entry(n).args.every((a) => within.has(a) || region.signal[a] !== 1))
  const added = own === undefined ? undefined : from !== undefined ? own / from : isError ? Math.sign(own) : undefined
  const negates = factor === NEGATED && ops.some((op) => op === 'neg' || op === 'negative') ? 0.2 : 0
  const gotIn =
    added !== undefined && (factor === NEGATED || isError ? added * factor > 0 : Math.abs(added * factor - 1) < 1e-5)
  // Products alone turn no sign: one of their operands brought it.
  const brings = factor !== NEGATED || isError || !ops.every((op) => PLAIN.has(op))
  if (gotIn) return brings ? 0.2 - negates : 1.1
  if (isError) return 0.9
  return added === undefined ? 1 - negates : 2
}

/** What a value is times the gradient of an earlier one: of one that the script holds, or none that turns a sign on its way. */
function scaleOf({ analysis, labels, points, region }: Situation, node: number): number | undefined {
  const found = labels.of(node, points).filter((l) => l.node < node && analysis.dependence.depends[l.node] === 1)
  const plain = found.filter((l) => !TURNING.has(analysis.tape.entry(l.node).op))
  return (found.find((l) => region.held.has(l.node)) ?? plain[0])?.scale
}

/** A sign, a number of samples, a half: what is forgotten or written once too often. */
function isCount(factor: number): boolean {
  const size = Math.abs(factor)
  return [size, 1 / size].some((x) => x < 1e6 && x > 0.5 && Math.abs(x - Math.round(x)) < SAME * x)
}

function largestGroup(list: readonly { chain: number; factor: number }[]): { chain: number; factor: number }[] {
  let best: { chain: number; factor: number }[] = []
  for (const { factor } of list) {
    const group = list.filter((o) => Math.abs(o.factor / factor - 1) < SAME)
    if (group.length > best.length) best = group
  }
  return best
}
