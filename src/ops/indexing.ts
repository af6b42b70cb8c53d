/** Operations on positions: coordinates, one-hot rows, gather and its adjoint scatter. */

import { formatShape, normalizeAxes, type Shape } from '../shared/index.ts'
import { listOf, numberOf, only, pair, requireDtype, shapeError } from './arguments.ts'
import { equal } from './arithmetic.ts'
import { broadcastTo, reshape } from './layout.ts'
import type {
  CompositeOperation,
  GatherOperation,
  MapOperation,
  ScatterOperation,
  Tensor,
  TensorBuilder,
} from './record.ts'

export const coordinateRecord: MapOperation = {
  kind: 'map',
  name: 'coordinate',
  mathematics: 'result[i₀, i₁, …] = i_axis',
  type: (_, attributes) => ({ shape: listOf(attributes, 'shape'), dtype: 'float' }),
  program: (s, _, attributes) => s.index(numberOf(attributes, 'axis')),
  derivative: 'zero',
  kinks: [],
  examples: (random) => ({ inputs: [], attributes: { shape: [2, 3 + random.below(5)], axis: random.below(2) } }),
  tolerance: { gradient: 1e-7, float32: 0 },
}
/** The coordinate of each element along `axis`, as a float. */
export function coordinate(builder: TensorBuilder, shape: Shape, axis: number): Tensor {
  return builder.apply(coordinateRecord, [], { shape: [...shape], axis })
}

export const oneHotRecord: CompositeOperation = {
  kind: 'composite',
  name: 'oneHot',
  mathematics: 'result[…, c] = 1 where the label is c, else 0',
  type: (inputs, attributes, where) => {
    requireDtype(where, only(inputs), 'int', 'labels')
    return { shape: [...only(inputs).shape, numberOf(attributes, 'classes')], dtype: 'float' }
  },
  expand: (inputs, attributes) => {
    const labels = only(inputs)
    const shape = [...labels.shape, numberOf(attributes, 'classes')]
    const column = reshape(labels, [...labels.shape, 1])
    return equal(broadcastTo(column, shape), coordinate(labels.builder, shape, shape.length - 1))
  },
  derivative: 'zero',
  kinks: [],
  examples: (random) => ({
    inputs: [{ shape: [3 + random.below(4)], low: 0, high: 5, dtype: 'int' }],
    attributes: { classes: 5 },
  }),
  tolerance: { gradient: 1e-7, float32: 0 },
}
/** Rows that are 1 at the label and 0 elsewhere: [...] of int → [..., classes]. A label outside gives a row of zeros. */
export const oneHot = (labels: Tensor, classes: number): Tensor =>
  labels.builder.apply(oneHotRecord, [labels], { classes })

export const gatherRecord: GatherOperation = {
  kind: 'gather',
  name: 'gather',
  mathematics: 'result[a, i, b] = x[a, indices[i], b] along an axis',
  type: (inputs, attributes, where) => {
    const [table, indices] = pair(inputs)
    requireDtype(where, indices, 'int', 'indices')
    const axis = numberOf(attributes, 'axis')
    return {
      shape: [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)],
      dtype: table.dtype,
    }
  },
  derivative: ({ inputs, gy, attributes }) => {
    const [table, indices] = pair(inputs)
    const axis = numberOf(attributes, 'axis')
    return [gy.builder.apply(scatterRecord, [gy, indices], { axis, extent: table.shape[axis] ?? 0 }), 'zero']
  },
  kinks: [],
  examples: (random) => ({
    inputs: [
      { shape: [4, 1 + random.below(4)], low: -2, high: 2 },
      { shape: [3 + random.below(3)], low: 0, high: 4, dtype: 'int' },
    ],
    attributes: { axis: 0 },
  }),
  tolerance: { gradient: 1e-7, float32: 1e-6 },
}
/** The parts of x at `indices` (int) along `axis`. An index outside 0 … extent − 1 stops the run with E-VALUE. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const [at = 0] = normalizeAxes(axis, x.shape.length, 'gather')
  return x.builder.apply(gatherRecord, [x, indices], { axis: at })
}

export const scatterRecord: ScatterOperation = {
  kind: 'scatter',
  name: 'scatterAdd',
  mathematics: 'zeros, with result[a, indices[i], b] += values[a, i, b] along an axis',
  type: (inputs, attributes, where) => {
    const [values, indices] = pair(inputs)
    requireDtype(where, values, 'float', 'values')
    requireDtype(where, indices, 'int', 'indices')
    const axis = numberOf(attributes, 'axis')
    const span = values.shape.slice(axis, axis + indices.shape.length)
    if (formatShape(span) !== formatShape(indices.shape)) {
      const received = `values ${formatShape(values.shape)}, indices ${formatShape(indices.shape)}`
      throw shapeError(
        where,
        `values whose axes from ${axis} on are those of the indices`,
        received,
        'reshape the values.',
      )
    }
    const after = values.shape.slice(axis + indices.shape.length)
    return { shape: [...values.shape.slice(0, axis), numberOf(attributes, 'extent'), ...after], dtype: 'float' }
  },
  derivative: ({ inputs, gy, attributes }) => [gather(gy, pair(inputs)[1], numberOf(attributes, 'axis')), 'zero'],
  kinks: [],
  examples: (random) => {
    const count = 3 + random.below(3)
    return {
      inputs: [
        { shape: [count, 1 + random.below(4)], low: -2, high: 2 },
        { shape: [count], low: 0, high: 4, dtype: 'int' },
      ],
      attributes: { axis: 0, extent: 4 },
    }
  },
  tolerance: { gradient: 1e-7, float32: 1e-5 },
}
/** Zeros of `extent` along `axis`, to which the values are added at `indices` (int). */
export function scatterAdd(values: Tensor, indices: Tensor, extent: number, axis = 0): Tensor {
  return values.builder.apply(scatterRecord, [values, indices], { axis, extent })
}

export const indexingOperations = [coordinateRecord, oneHotRecord, gatherRecord, scatterRecord]
