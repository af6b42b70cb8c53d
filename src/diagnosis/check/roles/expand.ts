/** What a place held before, in what it holds now: v' = v ± rest. */

import { viewIndex } from '../tape/moves.ts'
import { BOUNDS, SUMS } from '../tape/operations.ts'
import type { Tape } from '../tape/tape.ts'

const LINEAR: Readonly<Record<string, readonly number[]>> = {
  add: [0, 1],
  sub: [0, 1],
  subtract: [0, 1],
  neg: [0],
  negative: [0],
  copy: [0],
  view: [0],
  put: [0, 1],
  write: [0, 1],
  add_at: [0, 1],
  mul: [0, 1],
  multiply: [0, 1],
  div: [0],
  divide: [0],
}
/** Operations that all of their operands go into: arrays are joined to one. */
const JOINS = new Set(['add_n', 'move'])
export const OVERWRITES = new Set(['put', 'write'])
export const SCALING = new Set(['mul', 'multiply', 'div', 'divide'])

/**
 * v' as v plus terms: whether `before` is among them, and the others. Products are opened only where v lies in them.
 * The way may not lead through what is `barred`, the versions of other chains: an output error that is computed from updated
 * biases contains the former error, and is no chain for that. Nor through a product with what is `learned`: inputs and
 * targets are multiplied with it.
 */
export function expandUpdate(
  tape: Tape,
  node: number,
  before: number,
  barred: (node: number) => boolean = () => false,
  learned: (node: number) => boolean = () => false,
): { found: boolean; rest: number[] } {
  const reach = new Map<number, boolean>()
  const reaches = (at: number, depth: number): boolean => {
    if (at === before || sameElements(tape, at, before)) return true
    if (at < before || depth > 12) return false
    const known = reach.get(at)
    if (known !== undefined) return known
    reach.set(at, false)
    const { op, args } = tape.entry(at)
    // What is written into a part of an array updates it only if it is made from what was there.
    const bounded = boundedAt(tape, at)
    const picks =
      bounded >= 0 ? [bounded] : JOINS.has(op) ? args.map((_, i) => i) : OVERWRITES.has(op) ? [1] : (LINEAR[op] ?? [])
    const weighted = SCALING.has(op) && args.some((a) => a !== before && learned(a))
    const through = !weighted && picks.some((p) => reaches(args[p] ?? -1, depth + 1))
    const found = !barred(at) && (through || (OVERWRITES.has(op) && updatesElsewhere(at, depth)))
    reach.set(at, found)
    return found
  }
  /** A row of writes into one array: an earlier one of them may be the update. */
  const updatesElsewhere = (at: number, depth: number) => {
    const base = tape.entry(at).args[0] ?? -1
    return base !== before && reaches(base, depth + 1)
  }
  const rest: number[] = []
  if (!reaches(node, 0)) return { found: false, rest }
  const seen = new Set<number>()
  const walk = (at: number) => {
    if (at === before || seen.has(at) || sameElements(tape, at, before)) return
    seen.add(at)
    if (!reaches(at, 0)) {
      rest.push(at)
      return
    }
    const { op, args } = tape.entry(at)
    // v ± rest: that rest may be computed from v once more, as an output error is, and stays whole.
    if (SUMS.has(op) && args.includes(before)) {
      rest.push(...args.filter((a) => a !== before))
      return
    }
    const bounded = boundedAt(tape, at)
    const picks = bounded >= 0 ? [bounded] : JOINS.has(op) ? args.map((_, i) => i) : (LINEAR[op] ?? [])
    const chosen = SCALING.has(op) || op === 'move' ? picks.filter((p) => reaches(args[p] ?? -1, 1)) : picks
    for (const p of chosen) walk(args[p] ?? before)
  }
  walk(node)
  return { found: true, rest }
}

/** Of a value that is kept within bounds, `np.maximum(s - step, 0.1)`, which operand that is; −1 where it is none. */
function boundedAt(tape: Tape, node: number): number {
  const { op, args } = tape.entry(node)
  if (!BOUNDS.has(op)) return -1
  const inner = args.findIndex((a) => SUMS.has(tape.entry(a).op) || BOUNDS.has(tape.entry(a).op))
  return args.every((a, i) => i === inner || tape.entry(a).op === 'leaf') ? inner : -1
}

/** A new version of a parameter before it is kept within bounds. */
export function withoutBounds(tape: Tape, node: number): number {
  const inner = boundedAt(tape, node)
  return inner < 0 ? node : withoutBounds(tape, tape.entry(node).args[inner] ?? node)
}

/** Whether two values look at just the same elements of one array, in whatever shape. */
function sameElements(tape: Tape, a: number, b: number): boolean {
  const [x, y] = [tape.entry(a), tape.entry(b)]
  const [root = -1] = x.args
  if (x.op !== 'view' || y.op !== 'view' || root !== y.args[0] || sizeAt(tape, a) !== sizeAt(tape, b)) return false
  const shape = tape.trace.nodes[root]?.shape ?? []
  const [i, j] = [viewIndex(shape, x.params).slice().sort(), viewIndex(shape, y.params).slice().sort()]
  return i.every((place, k) => place === j[k])
}

export const sizeAt = (tape: Tape, node: number) => (tape.trace.nodes[node]?.shape ?? []).reduce((a, b) => a * b, 1)

/** Whether a value is several arrays made one. */
export function joins(tape: Tape, node: number): boolean {
  const { op, args } = tape.entry(node)
  return op === 'move' && args.length > 1
}
