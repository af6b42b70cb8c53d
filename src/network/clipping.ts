/** Gradient clipping: what the optimiser gets is held within a norm or within values. */

import { add, clip, div, minimum, mul, sqrt, square, sum, type Tensor } from '../ops/index.ts'
import { NablaError } from '../shared/index.ts'
import { checkNumber, checkOptions, showValue } from './validate.ts'

export interface Clipping {
  /** The most that the norm of all gradients together may be; longer ones are scaled down to it. */
  readonly norm?: number | undefined
  /** The most that any element's size may be. */
  readonly value?: number | undefined
}

/** PyTorch's: keeps the quotient finite for a gradient of zeros. */
const NORM_EPSILON = 1e-6

/** @throws NablaError E-VALUE for a limit that is not positive; E-USAGE for both at once, or neither. */
export function checkClipping(clipping: Clipping, where = 'clip'): Clipping {
  checkOptions(clipping, ['norm', 'value'], where)
  const { norm, value } = clipping
  if ((norm === undefined) === (value === undefined)) {
    throw new NablaError({
      code: 'E-USAGE',
      where,
      expected: 'a norm or a value',
      received: norm === undefined ? showValue(clipping) : 'both',
      fix: 'write clip: { norm: 1 } or clip: { value: 0.5 }.',
    })
  }
  checkNumber(norm ?? value, `${where}, ${norm === undefined ? 'value' : 'norm'}`, { least: 0, open: 'least' })
  return clipping
}

/** √Σg² over all gradients, a scalar. */
export function globalNorm(gradients: readonly Tensor[]): Tensor {
  const sums = gradients.map((gradient) => sum(square(gradient)))
  return sqrt(sums.reduce((total, one) => add(total, one)))
}

/** The gradients, clipped. With a norm c: g·min(1, c/(‖g‖ + 1e-6)), ‖g‖ over all of them. */
export function clipGradients(gradients: readonly Tensor[], { norm, value }: Clipping): Tensor[] {
  if (value !== undefined) return gradients.map((gradient) => clip(gradient, -value, value))
  if (norm === undefined || gradients.length === 0) return [...gradients]
  const scale = minimum(div(norm, add(globalNorm(gradients), NORM_EPSILON)), 1)
  return gradients.map((gradient) => mul(gradient, scale))
}
