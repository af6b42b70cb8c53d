/**
 * Arrays as people hold them in; their elements by one index, in row-major order, out. What is written goes to the
 * array itself.
 */

import { NablaError, sizeOf } from '../../shared/index.ts'
import type { BackwardParameter, FloatArray, Numeric, ShapedNumbers } from './types.ts'

export interface Cells {
  readonly shape: readonly number[]
  readonly size: number
  /** 24 bits of mantissa instead of 53. */
  readonly single: boolean
  get(at: number): number
  set(at: number, value: number): void
}

type Leaf = FloatArray | number[]

const isFloats = (x: unknown): x is FloatArray => x instanceof Float64Array || x instanceof Float32Array
const isShaped = (x: unknown): x is ShapedNumbers =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && 'values' in x && 'shape' in x

function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return `a ${typeof value}`
  if (value instanceof Promise) return 'a promise'
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? 'an object'
  return name === 'Object' ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

/** The elements of an array, of arrays in arrays, or of `{ values, shape }`. Throws E-DTYPE, E-SHAPE or E-VALUE. */
export function cellsOf(source: Numeric | BackwardParameter, where: string): Cells {
  if (typeof source === 'number') return scalarCells(() => source)
  if (isShaped(source)) {
    const cells = cellsOf(source.values as Numeric, where)
    if (!Array.isArray(source.shape) || !source.shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
      throw mismatch(
        where,
        'a shape of whole numbers above 0',
        JSON.stringify(source.shape),
        'give each axis its size.',
      )
    }
    if (sizeOf(source.shape) !== cells.size) {
      const wanted = `${sizeOf(source.shape)} values for shape [${source.shape.join(', ')}]`
      throw mismatch(where, wanted, `${cells.size}`, 'give the shape that the values have.')
    }
    return { ...cells, shape: source.shape }
  }
  if (isFloats(source)) return leafCells([source], [source.length], where)
  if (Array.isArray(source)) {
    const leaves: Leaf[] = []
    const shape = collect(source, leaves, where)
    return leafCells(leaves, shape, where)
  }
  if (typeof source === 'object' && source !== null && 'get' in source && 'set' in source) {
    return scalarCells(source.get, source.set)
  }
  throw new NablaError({
    code: 'E-DTYPE',
    where,
    expected: 'numbers: an array, arrays in arrays, a Float64Array or Float32Array, { values, shape }, or { get, set }',
    received: shown(source),
    fix: ArrayBuffer.isView(source)
      ? 'use a Float64Array: integers cut off what is added to them.'
      : 'give the array itself; for a single number give { get: () => b, set: (value) => { b = value } }.',
  })
}

function mismatch(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-SHAPE', where, expected, received, fix })
}

function scalarCells(get: () => number, set: (value: number) => void = () => {}): Cells {
  return { shape: [], size: 1, single: false, get, set: (_, value) => set(value) }
}

/** Adds the innermost arrays in order; what leaves is the shape. */
function collect(source: readonly unknown[] | FloatArray, leaves: Leaf[], where: string): number[] {
  if (isFloats(source) || typeof source[0] === 'number') {
    if (!isFloats(source) && !source.every((x) => typeof x === 'number')) {
      const odd = source.findIndex((x) => typeof x !== 'number')
      throw mismatch(where, 'numbers, or arrays of one length', `${shown(source[odd])} at index ${odd}`, 'fill it.')
    }
    leaves.push(source as Leaf)
    return [source.length]
  }
  let inner: number[] | undefined
  for (const [at, row] of source.entries()) {
    if (!Array.isArray(row) && !isFloats(row)) {
      throw mismatch(where, 'numbers, or arrays of numbers', `${shown(row)} at index ${at}`, 'give numbers alone.')
    }
    const shape = collect(row, leaves, `${where}[${at}]`)
    if (inner !== undefined && inner.join() !== shape.join()) {
      const fix = 'make all rows equally long; layers of several sizes are parameters with names of their own.'
      throw mismatch(`${where}[${at}]`, `shape [${inner.join(', ')}]`, `[${shape.join(', ')}]`, fix)
    }
    inner = shape
  }
  return [source.length, ...(inner ?? [])]
}

function leafCells(leaves: readonly Leaf[], shape: readonly number[], where: string): Cells {
  const size = sizeOf(shape)
  if (size === 0) throw mismatch(where, 'at least one number', 'none', 'leave it out, or fill it.')
  const single = leaves.some((leaf) => leaf instanceof Float32Array)
  const [only] = leaves
  if (only !== undefined && leaves.length === 1) {
    const set = (at: number, value: number) => {
      only[at] = value
    }
    return { shape, size, single, get: (at) => only[at] as number, set }
  }
  const width = only?.length ?? 1
  const leafAt = (at: number) => leaves[Math.floor(at / width)] as Leaf
  return {
    shape,
    size,
    single,
    get: (at) => leafAt(at)[at % width] as number,
    set: (at, value) => {
      leafAt(at)[at % width] = value
    },
  }
}

/** All elements, apart from what they were read from. */
export function valuesOf(cells: Cells): Float64Array {
  return Float64Array.from({ length: cells.size }, (_, at) => cells.get(at))
}

/** Throws E-VALUE where two parameters hold the same memory: moving one would move the other. */
export function refuseShared(parameters: Readonly<Record<string, BackwardParameter>>): void {
  const spans: { name: string; memory: unknown; from: number; to: number }[] = []
  const visit = (name: string, source: unknown): void => {
    if (isShaped(source)) visit(name, source.values)
    else if (isFloats(source)) {
      const { buffer, byteOffset, byteLength } = source
      spans.push({ name, memory: buffer, from: byteOffset, to: byteOffset + byteLength })
    } else if (Array.isArray(source)) {
      spans.push({ name, memory: source, from: 0, to: 1 })
      if (typeof source[0] === 'object') for (const row of source) visit(name, row)
    }
  }
  for (const [name, source] of Object.entries(parameters)) visit(name, source)
  const byMemory = new Map<unknown, typeof spans>()
  for (const span of spans) byMemory.set(span.memory, [...(byMemory.get(span.memory) ?? []), span])
  for (const group of byMemory.values()) {
    const sorted = group.sort((a, b) => a.from - b.from)
    for (const [at, span] of sorted.entries()) {
      const next = sorted[at + 1]
      if (next === undefined || next.from >= span.to) continue
      const one = span.name === next.name
      throw new NablaError({
        code: 'E-VALUE',
        where: `parameters, ${one ? `"${span.name}"` : `"${span.name}" and "${next.name}"`}`,
        expected: one ? 'rows that are arrays of their own' : 'memory of its own for each parameter',
        received: one ? 'the same array in several rows' : 'elements that are shared',
        fix: one
          ? 'make each row anew: Array.from({ length: n }, () => [...]) and not Array(n).fill([...]).'
          : 'name tied weights once: their gradient is the sum over all places where they are used.',
      })
    }
  }
}

export function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += (values[at] as number) ** 2
  return Math.sqrt(sum / Math.max(1, values.length))
}
