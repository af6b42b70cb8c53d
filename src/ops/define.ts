/** Makes a record and the function that users call for it, for elementwise operations. */

import { formatShape, sameShape } from '../shared/index.ts'
import { only, pair, randomShape, requireDtype, shapeError, type TensorLike } from './arguments.ts'
import { broadcastTogether } from './layout.ts'
import type { Attributes, DType, Kink, MapOperation, Tensor, TensorType } from './record.ts'
import type { Scalar, ScalarLike, ScalarWriter } from './scalar/index.ts'

/** What the author of an elementwise operation says of it. */
export interface Elementwise {
  name: string
  mathematics: string
  program: (s: ScalarWriter, x: Scalar, y: Scalar, attributes: Attributes) => ScalarLike
  /** The interval to sample each operand from, inside the domain and away from its ends. */
  sample: readonly (readonly [number, number])[]
  kinks?: readonly Kink[]
  tolerance?: Partial<MapOperation['tolerance']>
  attributes?: Attributes
  /** The dtypes allowed for operands; float alone when omitted. */
  operands?: 'float' | 'any'
  result?: DType
}

/** All inputs of one shape; the graph has already made broadcasts explicit. */
export function elementwiseType(inputs: readonly TensorType[], where: string, operands: 'float' | 'any'): TensorType {
  const first = only(inputs)
  for (const input of inputs) {
    if (operands === 'float') requireDtype(where, input, 'float', 'an operand')
    if (!sameShape(input.shape, first.shape)) {
      const received = inputs.map((i) => formatShape(i.shape)).join(' and ')
      throw shapeError(where, 'operands of one shape', received, 'broadcast them first.')
    }
  }
  return { shape: first.shape, dtype: 'float' }
}

export function mapRecord(
  {
    name,
    mathematics,
    program,
    sample,
    kinks = [],
    tolerance = {},
    attributes,
    operands = 'float',
    result,
  }: Elementwise,
  derivative: MapOperation['derivative'],
): MapOperation {
  return {
    kind: 'map',
    name,
    mathematics,
    type: (inputs, _, where) => {
      const type = elementwiseType(inputs, where, operands)
      return result === undefined ? type : { ...type, dtype: result }
    },
    program: (s, x, given) => program(s, only(x), x[1] ?? only(x), given),
    derivative,
    kinks,
    examples: (random) => {
      const shape = randomShape(random, 3)
      const inputs = sample.map(([low, high]) => ({ shape, low, high }))
      return attributes === undefined ? { inputs } : { inputs, attributes }
    },
    tolerance: { gradient: 1e-6, float32: 2e-6, ...tolerance },
  }
}

/** An operation of one operand: `derivative` gives ∂loss/∂x from x, y = f(x) and gy. */
export function unary(
  elementwise: Elementwise,
  derivative: ((x: Tensor, y: Tensor, gy: Tensor, attributes: Attributes) => Tensor) | 'zero',
): { (x: Tensor, attributes?: Attributes): Tensor; record: MapOperation } {
  const record = mapRecord(
    elementwise,
    derivative === 'zero'
      ? 'zero'
      : ({ inputs, output, gy, attributes }) => [derivative(only(inputs), output, gy, attributes)],
  )
  const call = (x: Tensor, attributes: Attributes = {}) => x.builder.apply(record, [x], attributes)
  return Object.assign(call, { record })
}

/** An operation of two operands, broadcast together: `derivative` gives ∂loss/∂a and ∂loss/∂b. */
export function binary(
  elementwise: Elementwise,
  derivative: ((a: Tensor, b: Tensor, y: Tensor, gy: Tensor) => [Tensor, Tensor]) | 'zero',
): { (a: TensorLike, b: TensorLike): Tensor; record: MapOperation } {
  const record = mapRecord(
    elementwise,
    derivative === 'zero'
      ? 'zero'
      : ({ inputs, output, gy }) => {
          const [a, b] = pair(inputs)
          return derivative(a, b, output, gy)
        },
  )
  const call = (a: TensorLike, b: TensorLike) => {
    const operands = broadcastTogether(elementwise.name, [a, b])
    return only(operands).builder.apply(record, operands, {})
  }
  return Object.assign(call, { record })
}
