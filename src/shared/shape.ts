/**
 * Shapes: lists of non-negative integers. NumPy's broadcasting rule, row-major strides, axes counted from
 * either end. Nothing here knows of graphs.
 */

import { NablaError } from './error.ts'

/** The extent of each axis; `[]` is a scalar. */
export type Shape = readonly number[]

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const extent of shape) size *= extent
  return size
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** Row-major strides, in elements: the last axis has stride 1. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides: number[] = new Array(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] ?? 1
  }
  return strides
}

/**
 * The shape that both broadcast to (NumPy: aligned at the last axis; extents equal, or one of them 1).
 * @throws NablaError E-SHAPE when they do not fit.
 */
export function broadcastShapes(a: Shape, b: Shape, where: string): number[] {
  const rank = Math.max(a.length, b.length)
  const result: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = a[a.length - rank + axis] ?? 1
    const right = b[b.length - rank + axis] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new NablaError({
        code: 'E-SHAPE',
        where,
        expected: 'two shapes whose axes, aligned at the last, are equal or 1',
        received: `${formatShape(a)} and ${formatShape(b)}`,
        fix: 'reshape or transpose one of them so that their axes line up.',
      })
    }
    result.push(left === 1 ? right : left)
  }
  return result
}

/**
 * Axes counted from the front, sorted, without repeats; negative axes count from the end; undefined means all.
 * @throws NablaError E-SHAPE for an axis that the shape lacks or that is named twice.
 */
export function normalizeAxes(axes: number | readonly number[] | undefined, rank: number, where: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = (typeof axes === 'number' ? [axes] : [...axes]).map((axis) => {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      throw new NablaError({
        code: 'E-SHAPE',
        where,
        expected: rank === 0 ? 'no axes, for a scalar' : `axes from ${-rank} to ${rank - 1}`,
        received: String(axis),
        fix: 'name an axis that the tensor has.',
      })
    }
    return axis < 0 ? axis + rank : axis
  })
  const unique = [...new Set(list)].sort((a, b) => a - b)
  if (unique.length !== list.length) {
    throw new NablaError({
      code: 'E-SHAPE',
      where,
      expected: 'each axis at most once',
      received: `axes ${list.join(', ')}`,
      fix: 'remove the repeated axis.',
    })
  }
  return unique
}

/** @throws NablaError E-SHAPE unless every extent is a non-negative integer and the size is representable. */
export function checkShape(shape: Shape, where: string): Shape {
  const wrong = shape.find((extent) => !Number.isInteger(extent) || extent < 0)
  if (wrong !== undefined || sizeOf(shape) > 2 ** 48) {
    throw new NablaError({
      code: 'E-SHAPE',
      where,
      expected: 'extents that are non-negative integers, fewer than 2^48 elements in all',
      received: formatShape(shape),
      fix: 'give each axis a whole number of elements.',
    })
  }
  return shape
}
