/**
 * How a node's axes lie in the domain of a kernel. Axes of extent 1 carry no information: domains and layouts are
 * compared without them.
 */

import type { Layout } from '../ops/index.ts'
import { rowMajorStrides, type Shape, sameShape } from '../shared/index.ts'

export function squeeze(shape: Shape): number[] {
  return shape.filter((extent) => extent !== 1)
}

/** The strides of the axes that are not of extent 1. */
export function squeezedStrides(layout: Layout): number[] {
  return layout.strides.filter((_, axis) => layout.shape[axis] !== 1)
}

/** For each axis of `shape` its place among the axes that are not of extent 1, or undefined. */
export function squeezedPlaces(shape: Shape): (number | undefined)[] {
  let place = 0
  return shape.map((extent) => (extent === 1 ? undefined : place++))
}

/** Whether `layout` shows the whole of a source of shape `source`, element by element in row-major order. */
export function isIdentity(layout: Layout, source: Shape): boolean {
  const shape = squeeze(source)
  return (
    layout.offset === 0 &&
    sameShape(squeeze(layout.shape), shape) &&
    sameShape(squeezedStrides(layout), rowMajorStrides(shape))
  )
}

/** Whether `layout` repeats a source that has the kept axes of `domain` along the reduced ones. */
export function isRowBroadcast(layout: Layout, source: Shape, domain: Shape, reduced: readonly number[]): boolean {
  if (layout.offset !== 0 || !sameShape(squeeze(layout.shape), domain)) return false
  const kept = domain.filter((_, axis) => !reduced.includes(axis))
  if (!sameShape(squeeze(source), kept)) return false
  const strides = rowMajorStrides(kept)
  let next = 0
  return squeezedStrides(layout).every((stride, axis) => stride === (reduced.includes(axis) ? 0 : strides[next++]))
}
