/** Reductions other than sum, and what is made of them: mean, softmax, log-softmax, log-sum-exp, argmax. */

import { normalizeAxes, type RandomStream, sizeOf } from '../shared/index.ts'
import { listOf, numberOf, only, randomShape, shapeError } from './arguments.ts'
import { abs, add, div, equal, exp, lessEqual, log, maximum, mul, notEqual, sub, toInt, where } from './arithmetic.ts'
import { coordinate } from './indexing.ts'
import { type ReductionOptions, reducedType, reductionExamples, restoreAxes, sum, withKeptAxes } from './layout.ts'
import type { CompositeOperation, ReduceOperation, Tensor } from './record.ts'

/** Equal shares to all elements that attain the extremum (as PyTorch's amax). */
const extremumDerivative: ReduceOperation['derivative'] = ({ inputs, output, gy, attributes }) => {
  const x = only(inputs)
  const axes = listOf(attributes, 'axes')
  const attains = equal(x, restoreAxes(output, x.shape, axes))
  const share = div(gy, sum(attains, { axes }))
  return [mul(attains, restoreAxes(share, x.shape, axes))]
}

const extremum = (combine: 'max' | 'min'): ReduceOperation => ({
  kind: 'reduce',
  combine,
  name: combine,
  mathematics: `the ${combine === 'max' ? 'largest' : 'smallest'} x over the axes; NaN if any is NaN`,
  type: (inputs, attributes, where) => {
    const type = reducedType(inputs, attributes, where)
    if (sizeOf(only(inputs).shape) === 0 && sizeOf(type.shape) > 0) {
      throw shapeError(where, 'at least one element', 'none', `the ${combine} of nothing is undefined.`)
    }
    return type
  },
  derivative: extremumDerivative,
  kinks: [],
  examples: reductionExamples,
  tolerance: { gradient: 1e-6, float32: 1e-6 },
})
export const maxRecord = extremum('max')
export const minRecord = extremum('min')

const reduceBy = (record: ReduceOperation) =>
  function reduce(x: Tensor, { axes, keepDims = false }: ReductionOptions = {}): Tensor {
    const list = normalizeAxes(axes, x.shape.length, record.name)
    const reduced = list.length === 0 ? x : x.builder.apply(record, [x], { axes: list })
    return withKeptAxes(reduced, x.shape, list, keepDims)
  }
/** The largest element over `axes`; a tie shares its gradient equally. */
export const max = reduceBy(maxRecord)
/** The smallest element over `axes`; a tie shares its gradient equally. */
export const min = reduceBy(minRecord)

export const meanRecord: CompositeOperation = {
  kind: 'composite',
  name: 'mean',
  mathematics: 'Σ x / n over the axes',
  type: reducedType,
  expand: (inputs, attributes) => {
    const x = only(inputs)
    const axes = listOf(attributes, 'axes')
    return mul(sum(x, { axes }), 1 / axes.reduce((n, axis) => n * (x.shape[axis] ?? 1), 1))
  },
  derivative: ({ inputs, gy, attributes }) => {
    const x = only(inputs)
    const axes = listOf(attributes, 'axes')
    const count = axes.reduce((n, axis) => n * (x.shape[axis] ?? 1), 1)
    return [restoreAxes(mul(gy, 1 / count), x.shape, axes)]
  },
  kinks: [],
  examples: reductionExamples,
  tolerance: { gradient: 1e-7, float32: 1e-5 },
}
/** Σ x / n over `axes`. */
export function mean(x: Tensor, { axes, keepDims = false }: ReductionOptions = {}): Tensor {
  const list = normalizeAxes(axes, x.shape.length, 'mean')
  const reduced = list.length === 0 ? x : x.builder.apply(meanRecord, [x], { axes: list })
  return withKeptAxes(reduced, x.shape, list, keepDims)
}

function rowExamples(random: RandomStream) {
  const shape = [...randomShape(random, 2), 3 + random.below(4)]
  return { inputs: [{ shape, low: -3, high: 3 }], attributes: { axis: shape.length - 1 - random.below(2) } }
}

/** The largest element along the axis where it is finite, else 0: what is taken out of an exponent. */
function shiftOf(x: Tensor, axis: number): Tensor {
  const largest = max(x, { axes: axis, keepDims: true })
  return where(lessEqual(abs(largest), Number.MAX_VALUE), largest, 0)
}

const row = (
  name: string,
  mathematics: string,
  expand: (x: Tensor, axis: number) => Tensor,
  derivative: (x: Tensor, y: Tensor, gy: Tensor, axis: number) => Tensor,
): CompositeOperation => ({
  kind: 'composite',
  name,
  mathematics,
  type: (inputs, _, where) => {
    const { shape, dtype } = only(inputs)
    if (dtype !== 'float') throw shapeError(where, 'a float tensor', dtype, 'convert it with toFloat().')
    return { shape, dtype }
  },
  expand: (inputs, attributes) => expand(only(inputs), numberOf(attributes, 'axis')),
  derivative: ({ inputs, output, gy, attributes }) => [
    derivative(only(inputs), output, gy, numberOf(attributes, 'axis')),
  ],
  kinks: [],
  examples: rowExamples,
  tolerance: { gradient: 1e-6, float32: 4e-6 },
})

export const softmaxRecord = row(
  'softmax',
  'eˣ/Σ eˣ along the axis, the largest x taken out first',
  (x, axis) => {
    const e = exp(sub(x, shiftOf(x, axis)))
    return div(e, sum(e, { axes: axis, keepDims: true }))
  },
  (_x, y, gy, axis) => mul(y, sub(gy, sum(mul(gy, y), { axes: axis, keepDims: true }))),
)
export const logSoftmaxRecord = row(
  'logSoftmax',
  'x − log Σ eˣ along the axis, the largest x taken out first',
  (x, axis) => {
    const shifted = sub(x, shiftOf(x, axis))
    return sub(shifted, log(sum(exp(shifted), { axes: axis, keepDims: true })))
  },
  (_x, y, gy, axis) => sub(gy, mul(exp(y), sum(gy, { axes: axis, keepDims: true }))),
)

const axisOf = (x: Tensor, axis: number, where: string) => normalizeAxes(axis, x.shape.length, where)[0] ?? 0
/** eˣ/Σ eˣ along `axis` (the last). */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  x.builder.apply(softmaxRecord, [x], { axis: axisOf(x, axis, 'softmax') })
/** log(eˣ/Σ eˣ) along `axis` (the last), finite where softmax underflows. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  x.builder.apply(logSoftmaxRecord, [x], { axis: axisOf(x, axis, 'logSoftmax') })

export const logSumExpRecord: CompositeOperation = {
  kind: 'composite',
  name: 'logSumExp',
  mathematics: 'log Σ eˣ over the axes, the largest x taken out first',
  type: reducedType,
  expand: (inputs, attributes) => {
    const x = only(inputs)
    const axes = listOf(attributes, 'axes')
    const largest = max(x, { axes })
    const shift = where(lessEqual(abs(largest), Number.MAX_VALUE), largest, 0)
    return add(shift, log(sum(exp(sub(x, restoreAxes(shift, x.shape, axes))), { axes })))
  },
  derivative: ({ inputs, output, gy, attributes }) => {
    const x = only(inputs)
    const axes = listOf(attributes, 'axes')
    return [mul(restoreAxes(gy, x.shape, axes), exp(sub(x, restoreAxes(output, x.shape, axes))))]
  },
  kinks: [],
  examples: (random) => {
    const shape = randomShape(random, 3)
    return { inputs: [{ shape, low: -3, high: 3 }], attributes: { axes: [shape.length - 1] } }
  },
  tolerance: { gradient: 1e-6, float32: 4e-6 },
}
/** log Σ eˣ over `axes`, stable for any finite x. */
export function logSumExp(x: Tensor, { axes, keepDims = false }: ReductionOptions = {}): Tensor {
  const list = normalizeAxes(axes, x.shape.length, 'logSumExp')
  const reduced = list.length === 0 ? x : x.builder.apply(logSumExpRecord, [x], { axes: list })
  return withKeptAxes(reduced, x.shape, list, keepDims)
}

export const argmaxRecord: CompositeOperation = {
  kind: 'composite',
  name: 'argmax',
  mathematics: 'the first position of the largest x along the axis; of the first NaN if there is one',
  type: (inputs, attributes, where) => {
    const axis = numberOf(attributes, 'axis')
    const type = reducedType(inputs, { axes: [axis] }, where)
    return { shape: type.shape, dtype: 'int' }
  },
  expand: (inputs, attributes) => {
    const x = only(inputs)
    const axis = numberOf(attributes, 'axis')
    const attains = maximum(equal(x, max(x, { axes: axis, keepDims: true })), notEqual(x, x))
    const position = coordinate(x.builder, x.shape, axis)
    return toInt(min(where(attains, position, x.shape[axis] ?? 0), { axes: axis }))
  },
  derivative: 'zero',
  kinks: [],
  examples: rowExamples,
  tolerance: { gradient: 1e-6, float32: 0 },
}
/** The position of the largest element along `axis` (the last), an int; the first one at a tie. */
export const argmax = (x: Tensor, axis = -1): Tensor =>
  x.builder.apply(argmaxRecord, [x], { axis: axisOf(x, axis, 'argmax') })

export const reductionOperations = [
  maxRecord,
  minRecord,
  meanRecord,
  softmaxRecord,
  logSoftmaxRecord,
  logSumExpRecord,
  argmaxRecord,
]
