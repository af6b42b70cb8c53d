/** Operations that only move elements: reading through an index, writing through one, and their adjoints. */

import { sizeOf } from '../../../shared/index.ts'
import type { Params } from './operations.ts'
import { broadcastIndex, stridedIndex, sumTo, type Tensor, zeros } from './tensor.ts'

type Index = ArrayLike<number>

/** The positions that a strided view reads in an owner of shape `owner` (whose memory may not be row-major). */
export function viewIndex(owner: readonly number[], params: Params): Int32Array {
  const found = knownViews.get(params) ?? seekViewIndex(owner, params)
  knownViews.set(params, found)
  return found
}

/** Where a view, or a move of one array's elements, reads that array. */
export function placesRead(owner: readonly number[], { op, params }: Access): Int32Array | number[] {
  return op === 'view' ? viewIndex(owner, params) : (params.index as number[])
}

/** Where something is written into an array. */
export function placesWritten(owner: readonly number[], { op, params }: Access): Int32Array | number[] {
  return op === 'write' ? viewIndex(owner, params) : (params.at as number[])
}

interface Access {
  readonly op: string
  readonly params: Params
}

/** A view is read again at every point and in every replay. */
const knownViews = new WeakMap<Params, Int32Array>()

function seekViewIndex(owner: readonly number[], params: Params): Int32Array {
  const memory = stridedIndex(params.shape as number[], params.strides as number[], params.offset as number)
  if (!Array.isArray(params.layout)) return memory
  const places = stridedIndex(owner, params.layout as number[], 0)
  const logical = new Int32Array(places.length)
  for (let i = 0; i < places.length; i++) logical[places[i] as number] = i
  return memory.map((place) => logical[place] ?? 0)
}

/** y[i] = (sources laid end to end)[index[i]]; index -1 reads 0. */
export function gather(sources: readonly Tensor[], index: Index, shape: readonly number[]): Tensor {
  const out = zeros(shape)
  const [only] = sources
  if (sources.length === 1 && only !== undefined) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = only.data[index[i] as number] ?? 0
    return out
  }
  const all = new Float64Array(sources.reduce((n, s) => n + s.data.length, 0))
  let start = 0
  for (const source of sources) {
    all.set(source.data, start)
    start += source.data.length
  }
  for (let i = 0; i < out.data.length; i++) out.data[i] = all[index[i] as number] ?? 0
  return out
}

/** The adjoint of `gather`. */
export function scatterAdd(gy: Tensor, index: Index, sources: readonly Tensor[]): Tensor[] {
  const [only] = sources
  if (only !== undefined && sources.length === 1) return [scattered(gy, index, only.shape)]
  const all = new Float64Array(sources.reduce((n, s) => n + s.data.length, 0))
  scatterInto(all, gy, index)
  let start = 0
  return sources.map((source) => {
    const data = all.slice(start, start + source.data.length)
    start += source.data.length
    return { shape: source.shape, data }
  })
}

/** `gy` at the places that it was read from, and 0 elsewhere. */
export function scattered(gy: Tensor, index: Index, shape: readonly number[]): Tensor {
  const out = zeros(shape)
  scatterInto(out.data, gy, index)
  return out
}

export function scatterInto(to: Float64Array, gy: Tensor, index: Index): void {
  for (let i = 0; i < gy.data.length; i++) {
    const place = index[i] as number
    if (place >= 0 && place < to.length) to[place] = (to[place] as number) + (gy.data[i] as number)
  }
}

/** `base` with `value` (broadcast to `shape`) written, or added, at positions `at`. */
export function put(base: Tensor, value: Tensor, at: Index, shape: readonly number[], adds: boolean): Tensor {
  const data = base.data.slice()
  writeInto(data, value, at, shape, adds)
  return { shape: base.shape, data }
}

function writeInto(data: Float64Array, value: Tensor, at: Index, shape: readonly number[], adds: boolean): void {
  const size = sizeOf(shape)
  // Of one size, it is written as it is laid out.
  const from = value.data.length === size ? undefined : broadcastIndex(withoutLead(value, shape), shape)
  const given = value.data
  for (let i = 0; i < size; i++) {
    const to = at[i] as number
    const put = given[from === undefined ? i : (from[i] as number)] as number
    data[to] = adds ? (data[to] as number) + put : put
  }
}

/**
 * An array that something is written into, after which the script does not read it: the array with it written takes its memory,
 * and it is worked out again if it is asked for. Data made element by element would be copied as often as it has elements.
 */
export class Overwritten implements Tensor {
  readonly shape: readonly number[]
  private own: Float64Array | undefined
  private later: { of: Tensor; at: Index; before: Float64Array } | undefined

  constructor(shape: readonly number[], data: Float64Array) {
    this.shape = shape
    this.own = data
  }

  get data(): Float64Array {
    if (this.own !== undefined) return this.own
    const steps: { at: Index; before: Float64Array }[] = []
    let from: Tensor = this
    while (from instanceof Overwritten && from.later !== undefined) {
      steps.push(from.later)
      from = from.later.of
    }
    const data = from.data.slice()
    for (let step = steps.pop(); step !== undefined; step = steps.pop())
      for (let i = step.before.length - 1; i >= 0; i--) data[step.at[i] as number] = step.before[i] as number
    this.own = data
    this.later = undefined
    return data
  }

  /** What `put` gives, in this array's memory; undefined where it has been given away already, or copying costs no more. */
  put(value: Tensor, at: Index, shape: readonly number[], adds: boolean, isLast: boolean): Tensor | undefined {
    const size = sizeOf(shape)
    const data = this.own
    if (data === undefined || size * 2 > data.length) return undefined
    const before = new Float64Array(size)
    for (let i = 0; i < size; i++) before[i] = data[at[i] as number] as number
    writeInto(data, value, at, shape, adds)
    const of = isLast ? { shape: this.shape, data } : new Overwritten(this.shape, data)
    this.own = undefined
    this.later = { of, at, before }
    return of
  }
}

/** The adjoint of what was written: what is asked for at the places where it is. */
export function partAt(gy: Tensor, value: Tensor, at: Index, shape: readonly number[]): Tensor {
  const part = zeros(shape)
  for (let i = 0; i < part.data.length; i++) part.data[i] = gy.data[at[i] as number] as number
  return { shape: value.shape, data: sumTo(part, withoutLead(value, shape)).data }
}

/** The adjoint of what was written over: none at those places. @param isOwn whether `gy` is nobody else's, and may be changed. */
export function without(gy: Tensor, at: Index, isOwn: boolean): Tensor {
  const data = isOwn ? gy.data : gy.data.slice()
  for (let i = 0; i < at.length; i++) data[at[i] as number] = 0
  return { shape: gy.shape, data }
}

export function putGradient(gy: Tensor, value: Tensor, at: Index, shape: readonly number[], adds: boolean): Tensor[] {
  return [without(gy, adds ? [] : at, false), partAt(gy, value, at, shape)]
}

/** A value's shape without the axes of length 1 that it has before those of the place that it is written to. */
function withoutLead(value: Tensor, shape: readonly number[]): readonly number[] {
  const lead = value.shape.length - shape.length
  return lead > 0 ? value.shape.slice(lead) : value.shape
}
