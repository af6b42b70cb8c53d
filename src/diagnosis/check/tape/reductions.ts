/** Reductions over axes and their adjoints. */

import type { Params } from './operations.ts'
import { broadcastIndex, reshape, sumTo, type Tensor, zeros } from './tensor.ts'

export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'prod'

function keptShape(shape: readonly number[], params: Params): number[] {
  const axes = new Set(params.axes as number[])
  return shape.map((n, axis) => (axes.has(axis) ? 1 : n))
}

export function reduceOf(kind: Reduction, x: Tensor, params: Params): Tensor {
  const kept = keptShape(x.shape, params)
  const chosen = params.chosen as readonly number[] | undefined
  const adds = (kind === 'sum' || kind === 'mean') && kept.some((n, axis) => n !== x.shape[axis])
  const out = adds ? sumTo(x, kept) : zeros(kept)
  if (chosen !== undefined)
    chosen.forEach((place, i) => {
      out.data[i] = x.data[place] as number
    })
  else if (!adds) foldInto(out, kind, x)
  if (kind === 'mean')
    for (let i = 0; i < out.data.length; i++) out.data[i] = ((out.data[i] as number) * out.data.length) / x.data.length
  const axes = new Set(params.axes as number[])
  return params.keepdims
    ? out
    : reshape(
        out,
        x.shape.filter((_, axis) => !axes.has(axis)),
      )
}

function foldInto(out: Tensor, kind: Reduction, x: Tensor): void {
  const start = { sum: 0, mean: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY, prod: 1 }[kind]
  out.data.fill(start)
  const to = broadcastIndex(out.shape, x.shape)
  for (let i = 0; i < x.data.length; i++) {
    const place = to[i] as number
    const [before, value] = [out.data[place] as number, x.data[i] as number]
    if (kind === 'sum' || kind === 'mean') out.data[place] = before + value
    else if (kind === 'prod') out.data[place] = before * value
    else if (kind === 'max' ? value > before : value < before) out.data[place] = value
  }
}

/** Where along one axis the largest or the smallest element is, the first of equal ones. */
export function placeOf(kind: 'argmax' | 'argmin', x: Tensor, params: Params): Tensor {
  const [axis = 0] = params.axes as number[]
  const length = x.shape[axis] ?? 1
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const out = zeros(x.shape.filter((_, i) => i !== axis))
  const chosen = params.chosen as readonly number[] | undefined
  if (chosen !== undefined) {
    chosen.forEach((place, i) => {
      out.data[i] = Math.floor(place / inner) % length
    })
    return out
  }
  for (let i = 0; i < out.data.length; i++) {
    const start = Math.floor(i / inner) * inner * length + (i % inner)
    let best = 0
    for (let k = 1; k < length; k++) {
      const [a, b] = [x.data[start + k * inner] as number, x.data[start + best * inner] as number]
      if (kind === 'argmax' ? a > b : a < b) best = k
    }
    out.data[i] = best
  }
  return out
}

export function reduceGradient(kind: Reduction, gy: Tensor, x: Tensor, y: Tensor, params: Params): Tensor {
  const kept = keptShape(x.shape, params)
  const out = zeros(x.shape)
  const chosen = params.chosen as readonly number[] | undefined
  if (chosen !== undefined) {
    chosen.forEach((place, i) => {
      out.data[place] = gy.data[i] as number
    })
    return out
  }
  const from = broadcastIndex(kept, x.shape)
  const share = kind === 'mean' ? gy.data.length / Math.max(1, x.data.length) : 1
  // Of equal elements one is the extreme, the first as in argmax: patches of a flat picture are equal at all weights.
  const isFound = new Uint8Array(gy.data.length)
  for (let i = 0; i < out.data.length; i++) {
    const place = from[i] as number
    const g = (gy.data[place] as number) * share
    if (kind === 'sum' || kind === 'mean') out.data[i] = g
    else if (kind === 'prod') out.data[i] = (g * (y.data[place] as number)) / (x.data[i] as number)
    else if (isFound[place] === 0 && x.data[i] === y.data[place]) {
      out.data[i] = g
      isFound[place] = 1
    }
  }
  return out
}
