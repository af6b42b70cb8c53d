/** Dropout: random zeros while training, nothing in use. */

import { greaterEqual, mul } from '../ops/index.ts'
import type { Layer } from './layer.ts'
import { checkNumber, checkOptions } from './validate.ts'

export interface DropoutOptions {
  name?: string
}

/**
 * Inverted dropout: while the network is trained each value is dropped with probability `rate`, and the others are
 * divided by 1 − rate; when it is used, nothing happens (N. Srivastava et al., JMLR 15, 2014).
 * @throws NablaError E-VALUE for a rate outside [0, 1).
 */
export function dropout(rate: number, options: DropoutOptions = {}): Layer {
  checkNumber(rate, 'dropout rate', { least: 0, most: 1, open: 'most' }, 'give the share to drop, such as 0.5.')
  checkOptions(options, ['name'], 'dropout')
  return {
    kind: 'dropout',
    name: options.name,
    options: { rate },
    needsRandom: rate > 0,
    outputShape: (input) => input,
    apply: (context, x) => {
      if (!context.training || rate === 0) return x
      const kept = greaterEqual(context.uniform(x.shape), rate)
      return mul(x, mul(kept, 1 / (1 - rate)))
    },
  }
}
