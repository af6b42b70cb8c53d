/** A product of two square matrices: the machine's peak, as everybody reaches it. */

import { join } from 'node:path'
import { holdContest } from '../rounds.ts'
import { normals, randomSource, writeValues } from '../work.ts'
import type { Item } from './item.ts'

const SIZE = 1024

/** The sum of the product's first row, in f64: Σⱼ Σₖ a₀ₖ bₖⱼ. */
function firstRow(a: Float32Array, b: Float32Array, size: number): number {
  let sum = 0
  for (let k = 0; k < size; k++) {
    let row = 0
    for (let j = 0; j < size; j++) row += b[k * size + j] ?? 0
    sum += (a[k] ?? 0) * row
  }
  return sum
}

export const product: Item = {
  name: 'product',
  about: 'a product of two 1024×1024 matrices',
  measure: async (context) => {
    const random = randomSource(1)
    const [a, b] = [normals(SIZE * SIZE, 1, random), normals(SIZE * SIZE, 1, random)]
    const folder = join(context.folder, 'product')
    writeValues(folder, { x: a, y: new Int32Array(), kernels: [b], biases: [] })
    const contest = {
      title: `a product of two ${SIZE}×${SIZE} matrices`,
      work: { kind: 'product', size: SIZE, folder },
      truth: [firstRow(a, b, SIZE)],
      tolerance: 1e-4,
      checkRate: 0,
      timingRate: 0,
      flops: 2 * SIZE ** 3,
    } as const
    context.report(await holdContest(contest, context.players, context))
  },
}
