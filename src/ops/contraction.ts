/** The matrix product. */

import { broadcastShapes, formatShape, sameShape } from '../shared/index.ts'
import { pair, requireDtype, shapeError, tensors } from './arguments.ts'
import { broadcastTo, reshape, transpose } from './layout.ts'
import type { ContractOperation, Tensor } from './record.ts'

/** The same tensor with its last two axes exchanged. */
export function transposeLast(x: Tensor): Tensor {
  const rank = x.shape.length
  const axes = [...x.shape.keys()]
  return transpose(x, [...axes.slice(0, rank - 2), rank - 1, rank - 2])
}

export const matmulRecord: ContractOperation = {
  kind: 'contract',
  name: 'matmul',
  mathematics: 'result[…, m, n] = Σ_k a[…, m, k]·b[…, k, n]',
  type: (inputs, _, where) => {
    const [a, b] = pair(inputs)
    requireDtype(where, a, 'float', 'the left factor')
    requireDtype(where, b, 'float', 'the right factor')
    const rank = a.shape.length
    const [m = 0, k = 0] = a.shape.slice(rank - 2)
    const [rows = 0, n = 0] = b.shape.slice(rank - 2)
    const batch = a.shape.slice(0, rank - 2)
    if (k !== rows || rank < 2 || !sameShape(batch, b.shape.slice(0, b.shape.length - 2))) {
      const received = `${formatShape(a.shape)} and ${formatShape(b.shape)}`
      throw shapeError(
        where,
        'factors [m, k] and [k, n] with equal k',
        received,
        'transpose one of them, or change the width of the layer before.',
      )
    }
    return { shape: [...batch, m, n], dtype: 'float' }
  },
  derivative: ({ inputs, gy }) => {
    const [a, b] = pair(inputs)
    return [matmul(gy, transposeLast(b)), matmul(transposeLast(a), gy)]
  },
  kinks: [],
  examples: (random) => {
    const [m, k, n] = [1 + random.below(6), 1 + random.below(6), 1 + random.below(6)]
    const batch = random.below(3) === 0 ? [2] : []
    return {
      inputs: [
        { shape: [...batch, m, k], low: -2, high: 2 },
        { shape: [...batch, k, n], low: -2, high: 2 },
      ],
    }
  },
  tolerance: { gradient: 1e-6, float32: 1e-5 },
}

export interface MatmulOptions {
  transposeA?: boolean
  transposeB?: boolean
}

/**
 * The matrix product over the last two axes, leading axes broadcast: [..., m, k] × [..., k, n] → [..., m, n].
 * A vector counts as a row on the left and as a column on the right, as in NumPy.
 */
export function matmul(
  left: Tensor,
  right: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor {
  tensors('matmul', [left, right])
  if (left.shape.length === 0 || right.shape.length === 0) {
    throw shapeError('matmul', 'matrices or vectors', 'a scalar', 'multiply by a scalar with mul().')
  }
  const a = left.shape.length === 1 ? reshape(left, [1, left.shape[0] ?? 0]) : transposeA ? transposeLast(left) : left
  const b =
    right.shape.length === 1 ? reshape(right, [right.shape[0] ?? 0, 1]) : transposeB ? transposeLast(right) : right
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul')
  const product = left.builder.apply(
    matmulRecord,
    [broadcastTo(a, [...batch, ...a.shape.slice(-2)]), broadcastTo(b, [...batch, ...b.shape.slice(-2)])],
    {},
  )
  if (left.shape.length > 1 && right.shape.length > 1) return product
  const rows = left.shape.length === 1 ? [] : [product.shape[product.shape.length - 2] ?? 1]
  const columns = right.shape.length === 1 ? [] : [product.shape[product.shape.length - 1] ?? 1]
  return reshape(product, [...batch, ...rows, ...columns])
}

export const contractionOperations = [matmulRecord]
