/**
 * Which row of the data each element of a value came from. A leaf's elements are numbered by their position along one
 * axis, and the numbers follow every operation that only moves elements, and every elementwise one.
 */

import { type Dependence, holding, MOVES } from '../roles/dependence.ts'
import { PRODUCTS } from '../roles/points.ts'
import { placesWritten } from '../tape/moves.ts'
import { OPERATIONS } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import { type Tensor, zeros } from '../tape/tensor.ts'

const REDUCTIONS = new Set(['sum', 'mean', 'max', 'min', 'prod'])
const MAX_NODES = 4000

/** For every element of `node` its position along `axis` in `leaf`; NaN where it has none. */
export function rowsOf(tape: Tape, values: Values, node: number, leaf: number, axis: number): Tensor | undefined {
  const above = sourcesOf(tape, node)
  if (above.size > MAX_NODES || !above.has(leaf)) return undefined
  const rows = new Map<number, Tensor>()
  const own = new Set<number>()
  // What is made of nothing that is known is not known: only what the leaf goes into is visited.
  for (const at of above)
    if (at === leaf || tape.entry(at).args.some((a) => rows.has(a)))
      rows.set(at, written(tape, values, rows, at, above, own) ?? step(tape, values, rows, at, leaf, axis))
  return rows.get(node) ?? unknown(values[node]?.shape ?? [])
}

const knownSources = new WeakMap<Tape, { node: number; above: Set<number> }>()

/** All that a value is computed from, in order; one value is asked about for leaf after leaf. */
function sourcesOf(tape: Tape, node: number): Set<number> {
  const known = knownSources.get(tape)
  if (known?.node === node) return known.above
  const above = new Set([...tape.ancestors([node])].sort((a, b) => a - b))
  knownSources.set(tape, { node, above })
  return above
}

/**
 * What a write leaves. Data are often made by many of them, so that an array which belongs to the last one alone (`own`),
 * and which nothing else reads, is changed itself.
 */
function written(
  tape: Tape,
  values: Values,
  rows: Map<number, Tensor>,
  at: number,
  above: ReadonlySet<number>,
  own: Set<number>,
): Tensor | undefined {
  const { op, args, params } = tape.entry(at)
  const [base, value] = args
  if ((op !== 'write' && op !== 'put') || base === undefined || value === undefined || value === base) return undefined
  const shape = values[base]?.shape
  const index = placesWritten(shape ?? [], { op, params })
  const given = rows.get(value)
  if (shape === undefined || (given !== undefined && given.data.length !== index.length)) return undefined
  const before = rows.get(base)
  const isOwn = own.has(base) && !tape.readers(base).some((reader) => reader !== at && above.has(reader))
  const data = before === undefined ? unknown(shape).data : isOwn ? before.data : before.data.slice()
  for (let i = 0; i < index.length; i++) data[index[i] as number] = given?.data[i] ?? Number.NaN
  if (isOwn) rows.delete(base)
  own.add(at)
  return { shape, data }
}

function step(
  tape: Tape,
  values: Values,
  rows: ReadonlyMap<number, Tensor>,
  at: number,
  leaf: number,
  axis: number,
): Tensor {
  const shape = values[at]?.shape ?? []
  if (at === leaf) return positions(shape, axis)
  const { op, args, params } = tape.entry(at)
  const operands = args.map((a) => rows.get(a) ?? unknown(values[a]?.shape ?? []))
  try {
    if (MOVES.has(op)) return OPERATIONS[op]?.forward(operands, params) ?? unknown(shape)
    if (REDUCTIONS.has(op)) return agreed(operands, params, op)
    // What a function does that is not known may change the order: np.sort.
    if (op === 'opaque') return unknown(shape)
  } catch {
    return unknown(shape)
  }
  const size = values[at]?.data.length ?? 0
  const [one, ...others] = operands.filter((o) => o.data.length === size && o.data.some((x) => !Number.isNaN(x)))
  if (one === undefined || others.some((o) => o.data.some((x, i) => x !== one.data[i]))) return unknown(shape)
  return { shape, data: one.data }
}

/** A sum over elements of one row belongs to that row: the smallest and the largest of their positions agree. */
function agreed(operands: readonly Tensor[], params: Readonly<Record<string, unknown>>, op: string): Tensor {
  const low = OPERATIONS.min?.forward(operands, params)
  const high = OPERATIONS.max?.forward(operands, params)
  if (low === undefined || high === undefined) throw new RangeError(op)
  return { shape: low.shape, data: low.data.map((x, i) => (x === high.data[i] ? x : Number.NaN)) }
}

function positions(shape: readonly number[], axis: number): Tensor {
  const out = zeros(shape)
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const length = shape[axis] ?? 1
  for (let i = 0; i < out.data.length; i++) out.data[i] = Math.floor(i / inner) % length
  return out
}

function unknown(shape: readonly number[]): Tensor {
  const out = zeros(shape)
  out.data.fill(Number.NaN)
  return out
}

/** One row for each sample: the axis along which the rows differ, reduced to it; undefined where elements disagree. */
export function rowSequence(rows: Tensor, samples: number): number[] | undefined {
  for (let axis = 0; axis < rows.shape.length || (axis === 0 && samples === 1); axis++) {
    if (samples !== 1 && rows.shape[axis] !== samples) continue
    const found = new Array<number>(samples).fill(Number.NaN)
    const inner = rows.shape.slice(axis + 1).reduce((a, b) => a * b, 1)
    let fits = true
    for (let i = 0; i < rows.data.length && fits; i++) {
      const k = samples === 1 ? 0 : Math.floor(i / inner) % samples
      const row = rows.data[i] as number
      if (Number.isNaN(row)) continue
      if (Number.isNaN(found[k])) found[k] = row
      else fits = found[k] === row
    }
    if (fits && found.every((x) => Number.isInteger(x))) return found
  }
  return undefined
}

/** What a parameter multiplies in some operations, and what depends on no parameter itself: the data. */
export function dataFactors(tape: Tape, dependence: Dependence, nodes: Iterable<number>): number[] {
  const isParameter = holding(tape, dependence.cut)
  const found = new Set<number>()
  for (const node of nodes) {
    const { op, args } = tape.entry(node)
    if (PRODUCTS.has(op) && args.some((a) => isParameter[a] === 1))
      for (const arg of args) if (dependence.depends[arg] !== 1) found.add(arg)
  }
  return [...found]
}
