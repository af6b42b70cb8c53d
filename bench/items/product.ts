/** A product of two square matrices: the machine's peak, as everybody reaches it. */

import { join } from 'node:path'
import { type Contest, holdContest } from '../rounds.ts'
import { normals, randomSource, writeValues } from '../work.ts'
import type { Item } from './item.ts'

const SIZE = 1024

/** The sum of the product's first row, in f64: Σⱼ Σₖ a₀ₖ bₖⱼ. */
function firstRow(a: Float32Array, b: Float32Array, inner: number, columns: number): number {
  let sum = 0
  for (let k = 0; k < inner; k++) {
    let row = 0
    for (let j = 0; j < columns; j++) row += b[k * columns + j] ?? 0
    sum += (a[k] ?? 0) * row
  }
  return sum
}

/** [rows, inner] · [inner, columns]. The least that moves: both factors read and the product written, once. */
export function productContest(rows: number, inner: number, columns: number, folder: string): Contest {
  const random = randomSource(1)
  const [a, b] = [normals(rows * inner, 1, random), normals(inner * columns, 1, random)]
  writeValues(folder, { x: a, y: new Int32Array(), kernels: [b], biases: [] })
  return {
    title: `a product, ${rows}×${inner}×${columns}`,
    work: { kind: 'product', rows, inner, columns, folder },
    truth: [firstRow(a, b, inner, columns)],
    tolerance: 1e-4,
    checkRate: 0,
    timingRate: 0,
    flops: 2 * rows * inner * columns,
    bytes: 4 * (rows * inner + inner * columns + rows * columns),
  }
}

export const product: Item = {
  name: 'product',
  about: 'a product of two 1024×1024 matrices',
  measure: async (context) => {
    const contest = productContest(SIZE, SIZE, SIZE, join(context.folder, 'product'))
    context.report(await holdContest(contest, context.players, context))
  },
}
