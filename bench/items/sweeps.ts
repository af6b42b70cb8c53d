/** How cost grows: with the width of one hidden layer, with depth, and with the batch. */

import type { Item } from './item.ts'
import { measureNetworks } from './steps.ts'

const WIDTHS = [10, 30, 100, 300, 1000, 3000, 10000]
const DEPTHS = [1, 2, 4, 8]
const BATCHES = [1, 32, 512]
const DEPTH_UNITS = 256

export const widths: Item = {
  name: 'widths',
  about: '784-H-10 with 10 to 10,000 hidden units at batch 1, 32 and 512, SGD',
  measure: (context) => {
    const sizes = WIDTHS.flatMap((width) => BATCHES.map((batch) => ({ sizes: [784, width, 10], batch })))
    return measureNetworks(context, context.quick ? sizes.filter(({ sizes: [, h = 0] }) => h <= 1000) : sizes, ['sgd'])
  },
}

export const depths: Item = {
  name: 'depths',
  about: '1 to 8 hidden layers of 256 units at batch 128, SGD',
  measure: (context) => {
    const sizes = DEPTHS.map((depth) => [784, ...Array<number>(depth).fill(DEPTH_UNITS), 10])
    return measureNetworks(
      context,
      sizes.map((layers) => ({ sizes: layers, batch: 128 })),
      ['sgd'],
    )
  },
}
