/** One term of a loss, computed once more from what a training pass has in place of its own values, parameters and targets. */

import { sizeOf } from '../../../shared/index.ts'
import { placesRead } from '../tape/moves.ts'
import type { Params } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import { scalar } from '../tape/tensor.ts'
import { type Dependence, versionsRead } from './dependence.ts'
import { oneHot } from './inferred-losses.ts'
import type { Meeting } from './meetings.ts'
import type { Signature } from './signatures.ts'

/** Operations whose parameters say which elements are meant: they hold for arrays of one size. */
const OF_ONE_SIZE = new Set(['put', 'write', 'reshape', 'pack', 'add_at', 'opaque'])

interface Scene {
  readonly tape: Tape
  readonly dependence: Dependence
  readonly values: Values
  readonly formula: Signature
}

/** A term of a stated loss. */
export interface Term {
  readonly node: number
  readonly factor: number
  readonly inside: readonly number[]
  /** The last value in it that the training passes compute as well; none of a penalty, which needs parameters alone. */
  readonly anchor?: number
}

/** How many samples a formula was computed for, and how many it is wanted for. */
interface Size {
  readonly from: number
  readonly to: number
}

/** A training pass: its own value for each formula, and what it knows of the targets. */
interface Pass {
  readonly meeting: Meeting
  readonly at: ReadonlyMap<number, number>
  readonly reads: ReadonlyMap<number, number>
}

export function passOf({ tape, dependence, formula }: Scene, meeting: Meeting): Pass {
  const at = new Map<number, number>()
  for (const n of tape.ancestors([meeting.target < 0 ? meeting.prediction : meeting.node], dependence.cut))
    if (dependence.depends[n] === 1 && !dependence.cut.has(n)) at.set(formula(n), Math.max(n, at.get(formula(n)) ?? -1))
  return { meeting, at, reads: versionsRead(tape, dependence, meeting.prediction) }
}

/** A term once more, with what a pass has in place of its own values and, of other data, targets. */
export function transfer(
  scene: Scene,
  pass: Pass,
  term: Term,
  there: number,
  ownData: boolean,
): { node: number; factor: number } | undefined {
  const { tape, formula } = scene
  const anchor = term.inside.find((n) => formula(n) === formula(there)) ?? there
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape ?? []
  const [from, to] = [shapeOf(anchor), shapeOf(there)]
  if (from.length !== to.length) return undefined
  const axis = from.findIndex((n, i) => n !== to[i])
  const size = axis < 0 ? undefined : { axis, from: from[axis] as number, to: to[axis] as number }
  const placed = new Map<number, number>()
  for (const node of term.inside) {
    const found = pass.at.get(formula(node))
    if (found !== undefined) placed.set(node, found)
  }
  // An error that the pass computes as well holds its target already.
  if (!ownData && there !== pass.meeting.node) {
    const target = targetIn(scene, pass, term, anchor, size)
    const chosen = chosenIn(scene, term, anchor)
    if (target === undefined && chosen === undefined) return undefined
    if (target !== undefined) placed.set(target, shapedAs(scene, targetOf(scene, pass.meeting), target, size))
    if (chosen !== undefined) {
      const source = tape.entry(chosen).args[0] ?? -1
      const index = choices(scene, pass.meeting)
      const rows = tape.trace.nodes[chosen]?.shape.length === 1 && index !== undefined && placed.get(source)
      if (typeof rows !== 'number' || index === undefined) return undefined
      placed.set(chosen, tape.append('move', [rows], { index, shape: [index.length] }))
    }
  }
  const node = rebuild(scene, term, placed, pass.reads, size)
  const perSample = size !== undefined && Math.abs(term.factor) < 1 ? size.from / size.to : 1
  return node === undefined ? undefined : { node, factor: term.factor * perSample }
}

/** The formula of a term, from what has another value now; undefined where it is no formula for arrays of another size. */
export function rebuild(
  { tape, dependence }: Scene,
  term: Term,
  given: ReadonlyMap<number, number>,
  reads: ReadonlyMap<number, number>,
  size?: Size,
): number | undefined {
  const placed = new Map(given)
  const needed = tape.ancestors([term.node], new Set([...dependence.cut, ...given.keys()]))
  for (const node of needed) {
    const version = reads.get(dependence.chainOf.get(node) ?? -1)
    if (version !== undefined) placed.set(node, version)
    // `/ len(y)` counts the samples of its own data.
    const count = dependence.depends[node] === 1 || size === undefined ? undefined : tape.leaves[node]
    if (size !== undefined && count?.data.length === 1 && count.data[0] === size.from && size.from > 1)
      placed.set(node, tape.constant(scalar(size.to)))
  }
  for (const node of [...needed].sort((a, b) => a - b)) {
    if (placed.has(node)) continue
    const { op, args, params } = tape.entry(node)
    const own = args.map((a) => placed.get(a) ?? a)
    if (args.some((a) => dependence.depends[a] === 1 && !placed.has(a))) return undefined
    if (own.every((a, i) => a === args[i])) continue
    if (size !== undefined && OF_ONE_SIZE.has(op)) return undefined
    const reads = size === undefined || !READS.has(op) ? params : readAlike(tape, node, size)
    if (reads === undefined) return undefined
    placed.set(node, tape.append(reads === params ? op : 'move', own, reads))
  }
  return placed.get(term.node)
}

const READS = new Set(['move', 'view'])

/** `s.ravel()` and `p[:, 0]` for another number of samples: what is read of each of them is read of all; else undefined. */
function readAlike(tape: Tape, node: number, size: Size): Params | undefined {
  const { args, params, op } = tape.entry(node)
  const [of = -1] = args
  const [before, after] = [tape.trace.nodes[of]?.shape ?? [], tape.trace.nodes[node]?.shape ?? []]
  const axis = before.indexOf(size.from)
  const places = placesRead(before, { op, params })
  if (args.length !== 1 || axis < 0 || sizeOf(before.slice(0, axis)) !== 1 || places.length % size.from !== 0)
    return undefined
  const [each, stride] = [places.length / size.from, sizeOf(before.slice(axis + 1))]
  if (!isAlike(places, each, stride)) return undefined
  const index = Array.from(
    { length: size.to * each },
    (_, i) => (places[i % each] ?? 0) + Math.floor(i / each) * stride,
  )
  const shape = after.map((n) => (n === size.from ? size.to : n === places.length ? index.length : n))
  return sizeOf(shape) === index.length ? { index, shape } : undefined
}

const isAlike = (places: ArrayLike<number>, each: number, stride: number) =>
  Array.from(places).every((place, i) => place === (places[i % each] ?? 0) + Math.floor(i / each) * stride)

/** A target of as many elements in the shape, (n,) or (n, 1), that another one has in its formula. */
function shapedAs({ tape }: Scene, target: number, other: number, size: Size | undefined): number {
  const [own, wanted] = [tape.trace.nodes[target]?.shape, tape.trace.nodes[other]?.shape]
  const shape = wanted?.map((n) => (n === size?.from ? size.to : n))
  if (own === undefined || shape === undefined || own.join() === shape.join()) return target
  return tape.append('copy', [target], { shape })
}

/** The data of a term: what it takes beside what its anchor is computed from. */
function dataOf({ tape, dependence }: Scene, term: Term, anchor: number): number[] {
  const before = tape.ancestors([anchor], dependence.cut)
  const beside = term.inside.filter((n) => !before.has(n)).flatMap((n) => tape.entry(n).args)
  return [...new Set(beside.filter((a) => dependence.depends[a] !== 1))]
}

/** Of the data in a term, what has the place of a pass's target: all other data of its size is made from it. */
function targetIn(
  scene: Scene,
  { meeting }: Pass,
  term: Term,
  anchor: number,
  size: Size | undefined,
): number | undefined {
  const { tape } = scene
  const shapeOf = (node: number) => tape.trace.nodes[node]?.shape ?? []
  const there = shapeOf(meeting.target < 0 ? meeting.prediction : meeting.target)
  const longer = (shape: readonly number[]) => shape.filter((n) => n !== 1).join()
  const wanted = longer(there.map((n) => (n === size?.to ? size.from : n)))
  const isCount = (n: number) => tape.trace.nodes[n]?.op === 'leaf' && tape.trace.nodes[n]?.dtype === 'i'
  const fits = (n: number) => longer(shapeOf(n)) === wanted && (wanted !== '' || !isCount(n))
  const [first, ...others] = dataOf(scene, term, anchor)
    .filter(fits)
    .map((n) => tape.ancestors([n]))
  // `weight * y * log(p) + (1 - y) * log(1 - p)` takes nothing of y as it is.
  const shared = [...(first ?? [])].filter((n) => fits(n) && others.every((made) => made.has(n)))
  return shared.length > 0 ? Math.max(...shared) : undefined
}

/** What a term reads of its prediction by the labels, one number of each row. */
function chosenIn({ tape, dependence }: Scene, term: Term, anchor: number): number | undefined {
  return term.inside.find((n) => {
    const { op, args, params } = tape.entry(n)
    const [source = -1] = args
    const shape = tape.trace.nodes[source]?.shape ?? []
    if (op !== 'move' || args.length !== 1 || shape.length !== 2 || n <= anchor || dependence.cut.has(source))
      return false
    const [rows = 0, columns = 1] = shape
    const index = params.index as readonly number[]
    return rows > 0 && index.length === rows && index.every((at, row) => Math.floor(at / columns) === row)
  })
}

/** Which number of each row of the prediction a pass's labels choose. */
function choices({ tape, values }: Scene, { prediction, target }: Meeting): readonly number[] | undefined {
  const [rows = 0, columns = 1] = tape.trace.nodes[prediction]?.shape ?? []
  const index =
    target < 0
      ? (tape.entry(-target).params.at as readonly number[])
      : [...(values[target]?.data ?? [])].flatMap((x, i) => (x === 1 ? [i] : []))
  return index.length === rows && index.every((at, row) => Math.floor(at / columns) === row) ? index : undefined
}

function targetOf({ tape }: Scene, { prediction, target }: Meeting): number {
  return target >= 0 ? target : oneHot(tape, -target, tape.trace.nodes[prediction]?.shape ?? [])
}
