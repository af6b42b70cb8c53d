import { describe, expect, it } from 'vitest'
import type { Trace, TraceNode } from '../trace/trace.ts'
import { OPERATIONS } from './operations.ts'
import { Tape } from './tape.ts'
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

/** What broadcasting and sums of products are, element by element. */
function at(x: Tensor, names: string, place: Readonly<Record<string, number>>): number {
  let flat = 0
  for (const [axis, name] of [...names].entries()) {
    const size = x.shape[axis] ?? 1
    flat = flat * size + (size === 1 ? 0 : (place[name] ?? 0))
  }
  return x.data[flat] as number
}

function everyPlace(names: string, sizes: Readonly<Record<string, number>>): Record<string, number>[] {
  return [...names].reduce<Record<string, number>[]>(
    (places, name) =>
      places.flatMap((place) => Array.from({ length: sizes[name] ?? 1 }, (_, i) => ({ ...place, [name]: i }))),
    [{}],
  )
}

const SIZES = { a: 2, b: 3, c: 4, d: 5 }
const filled = (shape: readonly number[], seed: number) =>
  tensor(
    shape,
    Float64Array.from({ length: shape.reduce((n, s) => n * s, 1) }, (_, i) => Math.sin(seed + i * i)),
  )
const shaped = (names: string, seed: number, ones = '') =>
  filled(
    [...names].map((name) => (ones.includes(name) ? 1 : SIZES[name as keyof typeof SIZES])),
    seed,
  )

describe('arrays of several axes', () => {
  it.each([
    ['abcd', '', 'd', ''],
    ['abcd', '', 'cd', 'c'],
    ['abcd', 'a', 'abcd', 'bcd'],
    ['abcd', 'bc', 'abcd', 'ad'],
    ['abcd', 'd', 'abcd', 'a'],
    ['abc', 'abc', 'abc', ''],
  ])('%s with %s ones and %s with %s ones are broadcast', (left, leftOnes, right, rightOnes) => {
    const [x, y] = [shaped(left, 1, leftOnes), shaped(right, 2, rightOnes)]
    for (const [op, f] of [
      ['add', (p: number, q: number) => p + q],
      ['sub', (p: number, q: number) => p - q],
      ['mul', (p: number, q: number) => p * q],
      ['maximum', Math.max],
    ] as const) {
      const z = OPERATIONS[op]?.forward([x, y], {}) as Tensor
      const sizes = Object.fromEntries([...left].map((name, axis) => [name, z.shape[axis] as number]))
      const wanted = everyPlace(left, sizes).map((place) => f(at(x, left, place), at(y, right, place)))
      expect([...z.data], op).toEqual(wanted)
    }
  })

  it.each([
    'ab,bc->ac',
    'abc,cd->abd',
    'abc,abd->acd',
    'ab,ab->',
    'ab,ab->ba',
    'abc,bcd->da',
    'ab,cd->acbd',
    'ab,bc->c',
  ])('einsum %s is the sum of products that it names', (subscripts) => {
    const [[left = '', right = ''], output = ''] = [
      subscripts.split('->')[0]?.split(',') ?? [],
      subscripts.split('->')[1],
    ]
    const [x, y] = [shaped(left, 3), shaped(right, 4)]
    const z = OPERATIONS.einsum?.forward([x, y], { subscripts }) as Tensor
    const letters = [...new Set(left + right)].join('')
    for (const place of everyPlace(output, SIZES)) {
      const rest = [...letters].filter((name) => !output.includes(name)).join('')
      const terms = everyPlace(rest, SIZES).map((more) => {
        const whole = { ...place, ...more }
        return at(x, left, whole) * at(y, right, whole)
      })
      expect(at(z, output, place)).toBeCloseTo(
        terms.reduce((a, b) => a + b, 0),
        12,
      )
    }
  })
})

describe('an array that is written element by element', () => {
  const node = (op: string, args: readonly number[], params: object, value?: Float64Array, shape: number[] = []) =>
    ({ op, args, params, site: -1, value, shape }) as unknown as TraceNode
  const leaf = (values: number[], shape = [values.length]) => node('leaf', [], {}, Float64Array.from(values), shape)
  // x = zeros(8); x[i] += i + 1 for six elements; x[2] = 9 and y = x[2] + x[3] between; what came before stays readable.
  const nodes = [leaf(new Array(8).fill(0))]
  const versions = [0]
  for (let i = 0; i < 6; i++) {
    const base = versions.at(-1) as number
    nodes.push(leaf([i + 1], [1]), node('view', [base], { offset: i, strides: [1], shape: [1] }))
    nodes.push(node('add', [nodes.length - 1, nodes.length - 2], {}))
    nodes.push(node(i % 2 === 0 ? 'put' : 'add_at', [base, nodes.length - 1], { at: [i], shape: [1] }))
    versions.push(nodes.length - 1)
  }
  const trace = { nodes, events: [], opaque: new Map() } as unknown as Trace
  const wanted = versions.map((_, k) => Array.from({ length: 8 }, (_, i) => (i < k ? i + 1 : 0)))

  it.each([
    ['forwards', [0, 1, 2, 3, 4, 5, 6]],
    ['backwards', [6, 5, 4, 3, 2, 1, 0]],
    ['from the middle', [3, 5, 1, 6, 2, 4, 0]],
  ])('is what it was after each write, asked for %s', (_, order) => {
    const values = new Tape(trace).evaluate(new Map())
    for (const k of order) expect([...(values[versions[k] as number]?.data ?? [])]).toEqual(wanted[k])
  })

  it('keeps what an earlier pass computed when it is computed again with one element changed', () => {
    const tape = new Tape(trace)
    const known = tape.evaluate(new Map())
    const changed = tape.evaluateFrom(known, new Map([[9, tensor([1], [30])]]))
    const last = versions[6] as number
    expect([...(changed?.[last]?.data ?? [])]).toEqual([1, 2, 30, 4, 5, 6, 0, 0])
    expect([...(changed?.[versions[3] as number]?.data ?? [])]).toEqual([1, 2, 30, 0, 0, 0, 0, 0])
    for (const k of [2, 3, 6]) expect([...(known[versions[k] as number]?.data ?? [])]).toEqual(wanted[k])
  })
})
