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
  const all = new Float64Array(sources.reduce((n, s) => n + s.data.length, 0))
  for (let i = 0; i < gy.data.length; i++) {
    const to = index[i] as number
    if (to >= 0 && to < all.length) all[to] = (all[to] as number) + (gy.data[i] as number)
  }
  let start = 0
  return sources.map((source) => {
    const data = all.slice(start, start + source.data.length)
    start += source.data.length
    return { shape: source.shape, data }
  })
}

/** `base` with `value` (broadcast to `shape`) written, or added, at positions `at`. */
export function put(base: Tensor, value: Tensor, at: Index, shape: readonly number[], adds: boolean): Tensor {
  const data = base.data.slice()
  const lead = value.shape.length - shape.length
  const trimmed = lead > 0 ? value.shape.slice(lead) : value.shape
  const from = broadcastIndex(trimmed, shape)
  const size = sizeOf(shape)
  for (let i = 0; i < size; i++) {
    const to = at[i] as number
    const put = value.data[from[i] as number] as number
    data[to] = adds ? (data[to] as number) + put : put
  }
  return { shape: base.shape, data }
}

export function putGradient(gy: Tensor, value: Tensor, at: Index, shape: readonly number[], adds: boolean): Tensor[] {
  const size = sizeOf(shape)
  const part = zeros(shape)
  const rest = gy.data.slice()
  for (let i = 0; i < size; i++) part.data[i] = gy.data[at[i] as number] as number
  if (!adds) for (let i = 0; i < size; i++) rest[at[i] as number] = 0
  const lead = value.shape.length - shape.length
  const trimmed = lead > 0 ? value.shape.slice(lead) : value.shape
  return [
    { shape: gy.shape, data: rest },
    { shape: value.shape, data: sumTo(part, trimmed).data },
  ]
}
