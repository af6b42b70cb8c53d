/**
 * Operations that move elements: reshape, transpose, broadcast, slice, pad, concat; and sum, the adjoint of broadcast.
 * They stand together because each one's derivative is another one of them.
 */

import {
  broadcastShapes,
  formatShape,
  normalizeAxes,
  rowMajorStrides,
  type Shape,
  sameShape,
  sizeOf,
} from '../shared/index.ts'
import { listOf, numberOf, only, randomShape, requireDtype, shapeError, type TensorLike, tensors } from './arguments.ts'
import type { Layout, PlaceOperation, ReduceOperation, Tensor, ViewOperation } from './record.ts'

const EXACT = { gradient: 1e-7, float32: 1e-6 }

/** Strides of `shape` over the elements of `layout` in row-major order, where no copy is needed for that. */
function reshapedStrides(layout: Layout, shape: Shape): number[] | undefined {
  const old = layout.shape
    .map((extent, axis) => ({ extent, stride: layout.strides[axis] ?? 0 }))
    .filter((d) => d.extent !== 1)
  const strides: number[] = new Array(shape.length).fill(0)
  let at = 0
  for (let axis = 0; axis < shape.length; ) {
    const from = axis
    let newSize = shape[axis++] ?? 1
    if (newSize === 1) continue
    const first = at
    let oldSize = old[at++]?.extent ?? 1
    while (newSize !== oldSize) {
      if (newSize < oldSize) newSize *= shape[axis++] ?? 1
      else oldSize *= old[at++]?.extent ?? 1
    }
    for (let d = first; d + 1 < at; d++) {
      const [outer, inner] = [old[d], old[d + 1]]
      if (outer && inner && outer.stride !== inner.stride * inner.extent) return undefined
    }
    let stride = old[at - 1]?.stride ?? 1
    for (let d = axis - 1; d >= from; d--) {
      strides[d] = stride
      stride *= shape[d] ?? 1
    }
  }
  return strides
}

export const reshapeRecord: ViewOperation = {
  kind: 'view',
  name: 'reshape',
  mathematics: 'the same elements in row-major order, in another shape',
  type: (inputs, attributes, where) => {
    const { shape, dtype } = only(inputs)
    const target = listOf(attributes, 'shape')
    if (sizeOf(shape) !== sizeOf(target)) {
      throw shapeError(
        where,
        `a shape of ${sizeOf(shape)} elements, as ${formatShape(shape)} has`,
        formatShape(target),
        'give a shape with the same number of elements; one axis may be -1.',
      )
    }
    return { shape: target, dtype }
  },
  restride: (layout, shape) => {
    if (sizeOf(shape) === 0) return { shape, strides: rowMajorStrides(shape), offset: layout.offset }
    const strides = reshapedStrides(layout, shape)
    return strides && { shape, strides, offset: layout.offset }
  },
  derivative: ({ inputs, gy }) => [reshape(gy, only(inputs).shape)],
  kinks: [],
  examples: (random) => {
    const shape = randomShape(random, 3)
    return { inputs: [{ shape, low: -2, high: 2 }], attributes: { shape: [sizeOf(shape)] } }
  },
  tolerance: EXACT,
}

/** The same elements in another shape. One extent may be -1: it is found from the others. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const rest = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  const target = shape.map((extent) => (extent === -1 && rest > 0 ? sizeOf(x.shape) / rest : extent))
  if (sameShape(target, x.shape)) return x
  if (target.some((extent) => !Number.isInteger(extent) || extent < 0)) {
    const expected = `a shape of ${sizeOf(x.shape)} elements, as ${formatShape(x.shape)} has, with at most one -1`
    throw shapeError(
      'reshape',
      expected,
      formatShape(shape),
      'give whole extents whose product is the number of elements.',
    )
  }
  return x.builder.apply(reshapeRecord, [x], { shape: target })
}

export const transposeRecord: ViewOperation = {
  kind: 'view',
  name: 'transpose',
  mathematics: 'result[i_p0, i_p1, …] = x[i_0, i_1, …] for the permutation p of the axes',
  type: (inputs, attributes) => {
    const { shape, dtype } = only(inputs)
    return { shape: listOf(attributes, 'axes').map((axis) => shape[axis] ?? 1), dtype }
  },
  restride: (layout, shape, attributes) => ({
    shape,
    strides: listOf(attributes, 'axes').map((axis) => layout.strides[axis] ?? 0),
    offset: layout.offset,
  }),
  derivative: ({ gy, attributes }) => {
    const axes = listOf(attributes, 'axes')
    return [
      transpose(
        gy,
        axes.map((_, axis) => axes.indexOf(axis)),
      ),
    ]
  },
  kinks: [],
  examples: (random) => {
    const shape = [...randomShape(random, 3), 2]
    const axes = [...random.shuffle(Int32Array.from(shape.keys()))]
    return { inputs: [{ shape, low: -2, high: 2 }], attributes: { axes } }
  },
  tolerance: EXACT,
}

/** Axes in another order; without `axes`, reversed. */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  const rank = x.shape.length
  const order =
    axes?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? Array.from({ length: rank }, (_, a) => rank - 1 - a)
  if (
    !sameShape(
      [...order].sort((a, b) => a - b),
      [...x.shape.keys()],
    )
  ) {
    throw shapeError(
      'transpose',
      `each of the ${rank} axes once`,
      formatShape(axes ?? []),
      'name every axis exactly once.',
    )
  }
  if (order.every((axis, place) => axis === place)) return x
  return x.builder.apply(transposeRecord, [x], { axes: order })
}

export const broadcastRecord: ViewOperation = {
  kind: 'view',
  name: 'broadcast',
  mathematics: 'x repeated along new leading axes and along axes of extent 1',
  type: (inputs, attributes, where) => {
    const { shape, dtype } = only(inputs)
    const target = listOf(attributes, 'shape')
    if (!sameShape(broadcastShapes(shape, target, where), target)) {
      const fix = 'broadcasting repeats axes of extent 1 only; sum or slice the tensor instead.'
      throw shapeError(where, `a tensor that repeats to ${formatShape(target)}`, formatShape(shape), fix)
    }
    return { shape: target, dtype }
  },
  restride: (layout, shape) => {
    const missing = shape.length - layout.shape.length
    const strides = shape.map((_, axis) =>
      layout.shape[axis - missing] === 1 ? 0 : (layout.strides[axis - missing] ?? 0),
    )
    return {
      shape,
      strides: shape.map((extent, axis) => (extent === 1 ? 0 : (strides[axis] ?? 0))),
      offset: layout.offset,
    }
  },
  derivative: ({ inputs, gy }) => [sumTo(gy, only(inputs).shape)],
  kinks: [],
  examples: (random) => {
    const shape = randomShape(random, 2)
    return { inputs: [{ shape: [...shape, 1], low: -2, high: 2 }], attributes: { shape: [2, ...shape, 3] } }
  },
  tolerance: EXACT,
}

/** x repeated to `shape` (NumPy's rule). */
export function broadcastTo(x: TensorLike, shape: Shape, like?: Tensor): Tensor {
  const [tensor] = tensors('broadcastTo', like === undefined ? [x] : [x, like])
  if (tensor === undefined) throw shapeError('broadcastTo', 'a tensor', 'nothing', 'pass a tensor.')
  return sameShape(tensor.shape, shape)
    ? tensor
    : tensor.builder.apply(broadcastRecord, [tensor], { shape: [...shape] })
}

/** Both arguments repeated to their common shape. */
export function broadcastTogether(where: string, values: readonly TensorLike[]): Tensor[] {
  const list = tensors(where, values)
  const shape = list.reduce<Shape>((common, tensor) => broadcastShapes(common, tensor.shape, where), [])
  return list.map((tensor) => broadcastTo(tensor, shape))
}

export const sumRecord: ReduceOperation = {
  kind: 'reduce',
  combine: 'sum',
  name: 'sum',
  mathematics: 'Σ x over the axes',
  type: (inputs, attributes, where) => reducedType(inputs, attributes, where),
  derivative: ({ inputs, gy, attributes }) => [restoreAxes(gy, only(inputs).shape, listOf(attributes, 'axes'))],
  kinks: [],
  examples: reductionExamples,
  tolerance: { gradient: 1e-7, float32: 1e-5 },
}

/** The shape without the reduced axes. */
export function reducedType(
  inputs: Parameters<ReduceOperation['type']>[0],
  attributes: Parameters<ReduceOperation['type']>[1],
  where: string,
) {
  const input = only(inputs)
  requireDtype(where, input, 'float', 'input')
  const axes = listOf(attributes, 'axes')
  return { shape: input.shape.filter((_, axis) => !axes.includes(axis)), dtype: input.dtype }
}

export function reductionExamples(random: Parameters<ReduceOperation['examples']>[0]) {
  const shape = randomShape(random, 3)
  const axes = [...shape.keys()].filter(() => random.below(2) === 0)
  return { inputs: [{ shape, low: -2, high: 2 }], attributes: { axes } }
}

/** A reduced tensor repeated over the axes that the reduction removed. */
export function restoreAxes(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
  return broadcastTo(reshape(reduced, kept), shape)
}

/** A tensor with the reduced axes put back with extent 1 if `keepDims`. */
export function withKeptAxes(reduced: Tensor, shape: Shape, axes: readonly number[], keepDims: boolean): Tensor {
  return keepDims
    ? reshape(
        reduced,
        shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)),
      )
    : reduced
}

export interface ReductionOptions {
  /** The axes to reduce, negative ones counted from the end; all of them when omitted. */
  axes?: number | readonly number[]
  /** Keep the reduced axes with extent 1. */
  keepDims?: boolean
}

/** Σ x over `axes`. */
export function sum(x: Tensor, { axes, keepDims = false }: ReductionOptions = {}): Tensor {
  const list = normalizeAxes(axes, x.shape.length, 'sum')
  const reduced = list.length === 0 ? x : x.builder.apply(sumRecord, [x], { axes: list })
  return withKeptAxes(reduced, x.shape, list, keepDims)
}

/** The adjoint of broadcastTo: x summed over what was repeated, in `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const missing = x.shape.length - shape.length
  const axes = [...x.shape.keys()].filter(
    (axis) => axis < missing || (shape[axis - missing] === 1 && x.shape[axis] !== 1),
  )
  return reshape(axes.length === 0 ? x : sum(x, { axes }), shape)
}

export const sliceRecord: ViewOperation = {
  kind: 'view',
  name: 'slice',
  mathematics: 'result[i] = x[start + step·i]',
  type: (inputs, attributes) => {
    const [start, stop, step] = [listOf(attributes, 'start'), listOf(attributes, 'stop'), listOf(attributes, 'step')]
    const extent = (axis: number) =>
      Math.max(0, Math.ceil(((stop[axis] ?? 0) - (start[axis] ?? 0)) / (step[axis] ?? 1)))
    return { shape: only(inputs).shape.map((_, axis) => extent(axis)), dtype: only(inputs).dtype }
  },
  restride: (layout, shape, attributes) => ({
    shape,
    strides: layout.strides.map((stride, axis) => stride * (listOf(attributes, 'step')[axis] ?? 1)),
    offset: layout.strides.reduce((sum, s, axis) => sum + s * (listOf(attributes, 'start')[axis] ?? 0), layout.offset),
  }),
  derivative: ({ inputs, gy, attributes }) => {
    const [start, step] = [listOf(attributes, 'start'), listOf(attributes, 'step')]
    return [gy.builder.apply(padRecord, [gy], { start: [...start], step: [...step], shape: [...only(inputs).shape] })]
  },
  kinks: [],
  examples: (random) => {
    const shape = [2 + random.below(4), 3 + random.below(4)]
    const attributes = { start: [1, random.below(2)], stop: [...shape], step: [1, 1 + random.below(2)] }
    return { inputs: [{ shape, low: -2, high: 2 }], attributes }
  },
  tolerance: EXACT,
}

/** A part of x: per axis `start` (0), `stop` (the extent) and `step` (1); negative ends count from the end. */
export function slice(
  x: Tensor,
  {
    start = [],
    stop = [],
    step = [],
  }: { start?: readonly number[]; stop?: readonly number[]; step?: readonly number[] },
): Tensor {
  const bound = (value: number | undefined, otherwise: number, extent: number) => {
    const end = value ?? otherwise
    return Math.min(Math.max(end < 0 ? end + extent : end, 0), extent)
  }
  const starts = x.shape.map((extent, axis) => bound(start[axis], 0, extent))
  const stops = x.shape.map((extent, axis) => bound(stop[axis], extent, extent))
  const steps = x.shape.map((_, axis) => step[axis] ?? 1)
  if (
    steps.some((s) => !Number.isInteger(s) || s < 1) ||
    Math.max(start.length, stop.length, step.length) > x.shape.length
  ) {
    const expected = `at most ${x.shape.length} starts, stops and steps, each step a positive whole number`
    throw shapeError('slice', expected, `steps ${formatShape(step)}`, 'use positive steps, one an axis.')
  }
  return x.builder.apply(sliceRecord, [x], { start: starts, stop: stops, step: steps })
}

export const padRecord: PlaceOperation = {
  kind: 'place',
  fill: 0,
  name: 'pad',
  mathematics: 'zeros of a given shape, with x at start + step·i',
  type: (inputs, attributes) => ({ shape: listOf(attributes, 'shape'), dtype: only(inputs).dtype }),
  places: (_, attributes) => [{ start: listOf(attributes, 'start'), step: listOf(attributes, 'step') }],
  derivative: ({ inputs, gy, attributes }) => {
    const [start, step] = [listOf(attributes, 'start'), listOf(attributes, 'step')]
    const stop = only(inputs).shape.map((extent, axis) => (start[axis] ?? 0) + (step[axis] ?? 1) * (extent - 1) + 1)
    return [slice(gy, { start, stop, step })]
  },
  kinks: [],
  examples: (random) => {
    const shape = [1 + random.below(4), 1 + random.below(4)]
    const target = shape.map((extent) => 2 * extent + 2)
    return { inputs: [{ shape, low: -2, high: 2 }], attributes: { start: [1, 0], step: [1, 2], shape: target } }
  },
  tolerance: EXACT,
}

/** x with `before` and `after` zeros added on each axis. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[] = before): Tensor {
  if (
    before.length !== x.shape.length ||
    after.length !== x.shape.length ||
    [...before, ...after].some((n) => !(n >= 0))
  ) {
    throw shapeError(
      'pad',
      `${x.shape.length} counts of 0 or more`,
      formatShape(before),
      'give one count for each axis.',
    )
  }
  const shape = x.shape.map((extent, axis) => extent + (before[axis] ?? 0) + (after[axis] ?? 0))
  return x.builder.apply(padRecord, [x], { start: [...before], step: x.shape.map(() => 1), shape })
}

export const concatRecord: PlaceOperation = {
  kind: 'place',
  fill: 0,
  name: 'concat',
  mathematics: 'the inputs one after another along an axis',
  type: (inputs, attributes, where) => {
    const first = only(inputs)
    const axis = numberOf(attributes, 'axis')
    for (const input of inputs) {
      const fits = input.shape.length === first.shape.length && input.dtype === first.dtype
      if (!fits || input.shape.some((extent, a) => a !== axis && extent !== first.shape[a])) {
        const received = inputs.map((i) => `${i.dtype} ${formatShape(i.shape)}`).join(', ')
        throw shapeError(where, `inputs that differ along axis ${axis} only`, received, 'make their other axes equal.')
      }
    }
    const total = inputs.reduce((length, input) => length + (input.shape[axis] ?? 0), 0)
    return { shape: first.shape.map((extent, a) => (a === axis ? total : extent)), dtype: first.dtype }
  },
  places: (inputs, attributes) => {
    const axis = numberOf(attributes, 'axis')
    let at = 0
    return inputs.map(({ shape }) => {
      const start = shape.map((_, a) => (a === axis ? at : 0))
      at += shape[axis] ?? 0
      return { start, step: shape.map(() => 1) }
    })
  },
  derivative: ({ inputs, gy, attributes }) =>
    concatRecord.places(inputs, attributes).map(({ start }, i) => {
      const extents = inputs[i]?.shape ?? []
      return slice(gy, { start, stop: start.map((from, axis) => from + (extents[axis] ?? 0)) })
    }),
  kinks: [],
  examples: (random) => {
    const rows = 1 + random.below(3)
    const inputs = [2, 3, 1].map((columns) => ({ shape: [rows, columns], low: -2, high: 2 }))
    return { inputs, attributes: { axis: 1 } }
  },
  tolerance: EXACT,
}

/** The tensors one after another along `axis`. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  const list = tensors('concat', parts)
  const first = only(list)
  const [at = 0] = normalizeAxes(axis, first.shape.length, 'concat')
  return first.builder.apply(concatRecord, list, { axis: at })
}

export const layoutOperations = [
  reshapeRecord,
  transposeRecord,
  broadcastRecord,
  sumRecord,
  sliceRecord,
  padRecord,
  concatRecord,
]
