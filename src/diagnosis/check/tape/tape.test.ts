import { describe, expect, it } from 'vitest'
import { OPERATIONS } from './operations.ts'
import { scale, type Tensor, tensor } from './tensor.ts'

/** Shapes and values at which each derivative is held against central differences. */
const positive = tensor([2, 3], [0.4, 1.3, 0.7, 2.1, 0.9, 0.2])
const other = tensor([2, 3], [1.1, 0.6, 1.7, 0.3, 1.4, 0.8])
const row = tensor([3], [0.5, 1.2, 0.3])
const CASES: [string, Tensor[], Record<string, unknown>][] = [
  ...['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'logaddexp', 'hypot'].map(
    (op): [string, Tensor[], Record<string, unknown>] => [op, [positive, other], {}],
  ),
  ...['add', 'mul', 'div'].map((op): [string, Tensor[], Record<string, unknown>] => [op, [positive, row], {}]),
  ...[
    'neg',
    'exp',
    'expm1',
    'log',
    'log1p',
    'log2',
    'log10',
    'sqrt',
    'square',
    'reciprocal',
    'absolute',
    'tanh',
    'sin',
    'cos',
    'sinh',
    'cosh',
    'arctan',
    'expit',
    'erf',
    'cbrt',
    'exp2',
  ].map((op): [string, Tensor[], Record<string, unknown>] => [op, [positive], {}]),
  ...['sum', 'mean', 'max', 'min', 'prod'].map((op): [string, Tensor[], Record<string, unknown>] => [
    op,
    [positive],
    { axes: [1], keepdims: 0 },
  ]),
  ['dot', [positive, tensor([3, 2], [1, 2, 3, 4, 5, 6])], {}],
  [
    'matmul',
    [
      tensor(
        [2, 2, 3],
        Array.from({ length: 12 }, (_, i) => i / 7),
      ),
      tensor([2, 3, 1], [1, 2, 3, 4, 5, 6]),
    ],
    {},
  ],
  ['dot', [positive, row], {}],
  ['outer', [row, row], {}],
  ['einsum', [positive, other], { subscripts: 'ij,kj->ik' }],
  ['view', [positive], { offset: 0, strides: [1, 3], shape: [3, 2] }],
  ['move', [positive, row], { index: [0, 7, 2, 2], shape: [2, 2] }],
  ['put', [positive, row], { at: [1, 2, 3], shape: [3] }],
  ['add_at', [positive, row], { at: [1, 1, 3], shape: [3] }],
  ['where', [tensor([2, 3], [1, 0, 1, 0, 0, 1]), positive, other], {}],
  ['pack', [tensor([], [2]), tensor([], [3])], { shape: [2] }],
  ['pack', [row, row], { shape: [2, 3] }],
]

describe('the derivatives of a trace’s operations', () => {
  it.each(CASES)('%s agrees with central differences', (name, args, params) => {
    const operation = OPERATIONS[name]
    if (operation === undefined) throw new Error(`no operation ${name}`)
    const y = operation.forward(args, params)
    const weights = tensor(
      y.shape,
      Float64Array.from(y.data, (_, i) => Math.cos(i + 1)),
    )
    const value = (changed: readonly Tensor[]) =>
      operation.forward(changed, params).data.reduce((sum, v, i) => sum + v * (weights.data[i] ?? 0), 0)
    const gradients = operation.gradient(scale(weights, 1), args, y, params)
    args.forEach((arg, a) => {
      if (name === 'where' && a === 0) return
      arg.data.forEach((v, i) => {
        const moved = (step: number) =>
          value(
            args.map((x, j) =>
              j === a
                ? tensor(
                    x.shape,
                    Float64Array.from(x.data, (old, k) => (k === i ? v + step : old)),
                  )
                : x,
            ),
          )
        expect(gradients[a]?.data[i] ?? 0).toBeCloseTo((moved(1e-6) - moved(-1e-6)) / 2e-6, 6)
      })
    })
  })
})
