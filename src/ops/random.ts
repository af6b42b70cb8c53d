/** Random numbers as pure functions of a key, so that a step is a program and a resumed run draws the same. */

import type { Shape } from '../shared/index.ts'
import { listOf, only, shapeError } from './arguments.ts'
import { cos, log, mul, sqrt, sub } from './arithmetic.ts'
import type { RandomOperation, Tensor } from './record.ts'

export const uniformRecord: RandomOperation = {
  kind: 'random',
  name: 'uniform',
  mathematics: 'Philox4x32-10 of (element, step, stream) under the seed: 24 bits in [0, 1)',
  type: (inputs, attributes, where) => {
    const key = only(inputs)
    if (key.dtype !== 'int' || key.shape.length !== 1 || key.shape[0] !== 3) {
      throw shapeError(
        where,
        'a key: int [3] of seed (low, high) and step',
        `${key.dtype} ${key.shape}`,
        'pass the key.',
      )
    }
    return { shape: listOf(attributes, 'shape'), dtype: 'float' }
  },
  derivative: 'zero',
  kinks: [],
  examples: (random) => ({
    inputs: [{ shape: [3], low: 0, high: 1000, dtype: 'int' }],
    attributes: { shape: [3, 1 + random.below(9)], stream: random.below(100) },
  }),
  tolerance: { gradient: 1e-7, float32: 0 },
}

/** Uniform numbers in [0, 1) of `shape`, from key int [3] (seed low, seed high, step) and a stream of their own. */
export function uniform(key: Tensor, shape: Shape, stream: number): Tensor {
  return key.builder.apply(uniformRecord, [key], { shape: [...shape], stream })
}

/** Standard normal numbers of `shape` by Box and Muller's transform; uses the streams `stream` and `stream` + 1. */
export function normal(key: Tensor, shape: Shape, stream: number): Tensor {
  const radius = sqrt(mul(log(sub(1, uniform(key, shape, stream))), -2))
  return mul(radius, cos(mul(uniform(key, shape, stream + 1), 2 * Math.PI)))
}

export const randomOperations = [uniformRecord]
