/**
 * A statement whose result is known to be wrong, and that no change of its own makes right, in; the statement before it
 * out that made the value it starts from, where what that should have been follows from what is wanted here: by way of
 * operations that can be undone (a factor, a division, terms beside it, a part of arrays that are joined).
 */

import type { Analysis } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { placesRead, scatterAdd } from '../tape/moves.ts'
import { DIVISIONS, MULTIPLICATIONS, NEGATIONS, SUMS } from '../tape/operations.ts'
import type { Values } from '../tape/tape.ts'
import { add, sameShape, type Tensor, zeros } from '../tape/tensor.ts'
import type { Labels } from './labels.ts'
import type { Remake } from './remake/change.ts'
import { remakeOf } from './remake/remake.ts'
import { Replay } from './replay.ts'
import { givenOf, isOff, type Located, type Occurrence } from './situation.ts'
import type { Region } from './statements.ts'

const DEPTH = 12
const MOST_STEPS = 4
/** Of more elements that are multiplied with 0 than of others it can't be told what they should have been. */
const MOST_LOST = 0.5

interface Scene {
  readonly analysis: Analysis
  readonly judged: Judged
  readonly region: Region
  readonly labels: Labels
  readonly points: readonly Values[]
}

export function blameBehind(scene: Scene, located: readonly Located[]): Located[] {
  return located.flatMap((one) => (isOpen(one.remake) ? behind(scene, one) : [one]))
}

/** Whether nothing is known that would mend the statement itself, or only a term that its operand may lack as well. */
const isOpen = (remake: Remake | undefined) => remake === undefined || remake.kind === 'missing-term'

function behind({ points: recorded, ...rest }: Scene, one: Located): Located[] {
  const { analysis, judged, region } = rest
  // Of one layer behind another each is looked at with what comes from the right ones.
  const replay = new Replay(analysis, region.end, recorded)
  const forced = new Map(one.occurrences.map((o) => [o.node, givenOf(o)]))
  const values = recorded.map((_, p) => replay.values(p, forced))
  const scene = { ...rest, points: values }
  let at = one
  for (let step = 0; step < MOST_STEPS; step++) {
    const found = stepBack(scene, at).map((before): Located => {
      const remake = remakeOf({ analysis, judged, region, values }, before.occurrences)
      return { ...before, ...(remake !== undefined && { remake }) }
    })
    const most = one.remake?.cost ?? Number.POSITIVE_INFINITY
    if (found.length > 0 && found.every(({ remake }) => remake !== undefined && remake.cost <= most)) return found
    // Where arrays are joined that several statements made, each of them needs a reason of its own.
    const [before, ...others] = found
    if (before === undefined || others.length > 0) return [one]
    if (one.remake !== undefined && step === 0 && isOwn(scene, one, before)) return [{ ...before, remake: one.remake }]
    // It may be right in itself, and a factor missing behind it.
    if (before.occurrences.some(({ node }) => isGradient(scene, node))) return [one]
    // Its operands are gradients, and its result is none: here it goes wrong.
    if (startsRight(scene, before)) return [one.remake === undefined ? before : { ...before, remake: one.remake }]
    at = before
  }
  return [one]
}

/** `return dx`, where the same function has just computed it. */
function isOwn({ analysis: { trace } }: Scene, { statement: { site, times } }: Located, made: Located): boolean {
  const home = trace.sites[site]?.function
  return times !== undefined && home !== '<module>' && trace.sites[made.statement.site]?.function === home
}

/** What the operands of a located statement should have been, by the statements that made those that are wrong. */
function stepBack(scene: Scene, { remake: _, ...one }: Located): Omit<Located, 'remake'>[] {
  const { region, analysis } = scene
  const off = one.occurrences.filter(isOff)
  const found = off.map((o) => sourcesOf(scene, o, one.statement.times !== undefined))
  const sources = found.flatMap((list) => (list ?? []).filter(isOff))
  const homes = [...new Set(sources.map((s) => region.homeOf(s.node)))]
  if (found.includes(undefined) || sources.length < off.length || homes.includes(-1)) return []
  const out = homes.map((site) => {
    const occurrences = sources.filter((s) => region.homeOf(s.node) === site)
    const outputs = occurrences.map((s) => s.node)
    const known = region.statements.find((s) => s.site === site && s.times === undefined)
    const made = { site, outputs, suspected: outputs, signal: true, exonerated: false, updates: false }
    return { ...one, statement: known ?? made, occurrences, labelled: false, rivals: [one.statement, ...one.rivals] }
  })
  return out.some((o) => o.statement.updates || analysis.trace.sites[o.statement.site] === undefined) ? [] : out
}

const isGradient = ({ labels, points }: Scene, node: number) => labels.of(node, points).length > 0

/** Whether all that a statement's runs take of the error are gradients of something. */
function startsRight(scene: Scene, { statement, occurrences }: Located): boolean {
  const { analysis, region } = scene
  const seen = new Set<number>()
  const stack = occurrences.map((o) => o.node)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const arg of analysis.tape.entry(node).args) {
      if (seen.has(arg) || region.forward.has(arg) || region.signal[arg] !== 1) continue
      seen.add(arg)
      if (region.homeOf(arg) === statement.site) stack.push(arg)
      else if (!isGradient(scene, arg)) return false
    }
  }
  return seen.size > 0
}

/** The values of other statements that a wrong result was made from, with what they should have been. */
function sourcesOf(scene: Scene, occurrence: Occurrence, handsOver: boolean): Occurrence[] | undefined {
  const { region, points } = scene
  const home = region.homeOf(occurrence.node)
  const { from: _, alias: __, ...plain } = occurrence
  if (handsOver) return [plain]
  const out: Occurrence[] = []
  const seek = (node: number, wanted: readonly Tensor[], depth: number): boolean => {
    if (depth > DEPTH) return false
    // A change of shape, `g.ravel()`, belongs to no statement.
    if (depth > 0 && region.homeOf(node) !== home && region.homeOf(node) >= 0) {
      out.push({ node, given: points.map((v) => v[node]), wanted, target: occurrence.target })
      return true
    }
    const operands = undone(scene, node, wanted)
    return operands?.every(([arg, parts]) => seek(arg, parts, depth + 1)) === true
  }
  const wanted = occurrence.wanted.flatMap((w) => w ?? [])
  if (wanted.length < points.length || !seek(occurrence.node, wanted, 0)) return undefined
  return out
}

/** What the operands of one operation that carry the error should have been for it to give what is wanted. */
function undone(
  { analysis: { tape }, region, points }: Scene,
  node: number,
  wanted: readonly Tensor[],
): [number, Tensor[]][] | undefined {
  const { op, args, params } = tape.entry(node)
  const all = args.filter((a) => region.signal[a] === 1 && !region.forward.has(a))
  // Of `d += …` what is added has been looked at: what it is added to is asked for next.
  const earlier = all.filter((a) => region.homeOf(a) !== region.homeOf(node))
  const carrying = SUMS.has(op) && all.length === 2 && earlier.length === 1 ? earlier : all
  const [source] = carrying
  const value = (arg: number | undefined, p: number) => points[p]?.[arg ?? -1]
  if (source === undefined || (carrying.length > 1 && op !== 'move')) return undefined
  const each = (
    make: (w: Tensor, own: Tensor, p: number) => Float64Array | undefined,
  ): [number, Tensor[]][] | undefined => {
    const parts = wanted.flatMap((w, p) => {
      const own = value(source, p)
      const data = own && make(w, own, p)
      return own === undefined || data === undefined ? [] : [{ shape: own.shape, data }]
    })
    return parts.length < wanted.length ? undefined : [[source, parts]]
  }
  const other = args.find((a) => a !== source)
  const [left] = args
  const elementwise = (f: (w: number, o: number, own: number) => number) =>
    each((w, own, p) => {
      const o = value(other, p)
      if (o === undefined || !sameShape(w, own)) return undefined
      const spread = add(zeros(w.shape), o).data
      if (spread.length !== w.data.length) return undefined
      return w.data.map((x, i) => f(x, spread[i] as number, own.data[i] as number))
    })
  if (MULTIPLICATIONS.has(op)) {
    const zeros = points.map((v) => v[other ?? -1]?.data.filter((x) => x === 0).length ?? 0)
    const size = points[0]?.[other ?? -1]?.data.length ?? 0
    if (zeros.some((n) => n > MOST_LOST * size)) return undefined
    return elementwise((w, o, own) => (o === 0 ? own : w / o))
  }
  if (DIVISIONS.has(op) && left === source) return elementwise((w, o) => w * o)
  if (op === 'add') return elementwise((w, o) => w - o)
  if (op === 'sub' || op === 'subtract')
    return left === source ? elementwise((w, o) => w + o) : elementwise((w, o) => o - w)
  if (NEGATIONS.has(op)) return each((w) => w.data.map((x) => -x))
  if (op === 'copy' || op === 'reshape')
    return each((w, own) => (w.data.length === own.data.length ? w.data : undefined))
  if (op === 'view' || (op === 'move' && args.length === 1))
    return each((w, own) => {
      const index = placesRead(own.shape, { op, params })
      if (new Set(index).size < own.data.length) return undefined
      const out = own.data.slice()
      for (let i = 0; i < w.data.length; i++) out[index[i] as number] = w.data[i] as number
      return out
    })
  return op === 'move' ? joined(args, params.index as number[], wanted, points) : undefined
}

/** The parts of arrays that were made one. */
function joined(
  args: readonly number[],
  index: readonly number[],
  wanted: readonly Tensor[],
  points: readonly Values[],
): [number, Tensor[]][] | undefined {
  const parts = args.map((): Tensor[] => [])
  for (const [p, w] of wanted.entries()) {
    const own = args.flatMap((a) => points[p]?.[a] ?? [])
    const size = own.reduce((n, x) => n + x.data.length, 0)
    if (own.length < args.length || new Set(index).size < size || w.data.length !== size) return undefined
    for (const [k, part] of scatterAdd(w, index, own).entries()) parts[k]?.push(part)
  }
  // Those that are right already need no other statement.
  return args.flatMap((arg, k): [number, Tensor[]][] => {
    const asked = parts[k] ?? []
    const match = proportion(join(points.map((v) => v[arg])), join(asked))
    return match.residual < MATCH && Math.abs(match.ratio - 1) < MATCH ? [] : [[arg, asked]]
  })
}
