/** Arithmetic, comparisons and choice: each operation is its scalar program and, beside it, its derivative. */

import { only, type TensorLike } from './arguments.ts'
import { binary, mapRecord, unary } from './define.ts'
import { broadcastTogether } from './layout.ts'
import type { MapOperation, Tensor } from './record.ts'

export const add = binary(
  {
    name: 'add',
    mathematics: 'a + b',
    program: (s, a, b) => s.add(a, b),
    sample: [
      [-3, 3],
      [-3, 3],
    ],
  },
  (_a, _b, _y, gy) => [gy, gy],
)
export const sub = binary(
  {
    name: 'sub',
    mathematics: 'a − b',
    program: (s, a, b) => s.sub(a, b),
    sample: [
      [-3, 3],
      [-3, 3],
    ],
  },
  (_a, _b, _y, gy) => [gy, neg(gy)],
)
export const mul = binary(
  {
    name: 'mul',
    mathematics: 'a·b',
    program: (s, a, b) => s.mul(a, b),
    sample: [
      [-3, 3],
      [-3, 3],
    ],
  },
  (a, b, _y, gy) => [mul(gy, b), mul(gy, a)],
)
export const div = binary(
  {
    name: 'div',
    mathematics: 'a/b',
    program: (s, a, b) => s.div(a, b),
    sample: [
      [-3, 3],
      [0.5, 3],
    ],
  },
  (_a, b, y, gy) => [div(gy, b), neg(div(mul(gy, y), b))],
)
export const neg = unary(
  { name: 'neg', mathematics: '−x', program: (s, x) => s.neg(x), sample: [[-3, 3]] },
  (_x, _y, gy) => neg(gy),
)
export const square = unary(
  { name: 'square', mathematics: 'x²', program: (s, x) => s.mul(x, x), sample: [[-3, 3]] },
  (x, _y, gy) => mul(gy, mul(x, 2)),
)
export const sqrt = unary(
  { name: 'sqrt', mathematics: '√x', program: (s, x) => s.sqrt(x), sample: [[0.2, 9]] },
  (_x, y, gy) => div(gy, mul(y, 2)), // infinite at 0
)

const powOf = binary(
  {
    name: 'pow',
    mathematics: 'aᵇ; NaN for a negative a and a b that is no integer',
    program: (s, a, b) => s.pow(a, b),
    sample: [
      [0.3, 3],
      [-2, 3],
    ],
    tolerance: { float32: 1e-5 },
  },
  // ∂/∂b = aᵇ·log a, which is 0 at a = 0 for b > 0.
  (a, b, y, gy) => [mul(gy, mul(b, pow(a, sub(b, 1)))), where(equal(a, 0), mul(gy, 0), mul(gy, mul(y, log(a))))],
)
/** Exponents that have an exact form of their own. */
const EXACT_POWERS = new Map<number, (x: Tensor) => Tensor>([
  [1, (x) => x],
  [2, (x) => square(x)],
  [3, (x) => mul(x, square(x))],
  [4, (x) => square(square(x))],
  [-1, (x) => div(1, x)],
  [-2, (x) => div(1, square(x))],
  [0.5, (x) => sqrt(x)],
  [-0.5, (x) => div(1, sqrt(x))],
])
/** aᵇ. A number for b that has an exact form (±1, ±2, 3, 4, ±½) uses it. */
export const pow = Object.assign(
  (a: TensorLike, b: TensorLike): Tensor => {
    const exact = typeof b === 'number' && typeof a !== 'number' ? EXACT_POWERS.get(b) : undefined
    return exact === undefined || typeof a === 'number' ? powOf(a, b) : exact(a)
  },
  { record: powOf.record },
)

export const exp = unary(
  { name: 'exp', mathematics: 'eˣ', program: (s, x) => s.exp(x), sample: [[-4, 4]] },
  (_x, y, gy) => mul(gy, y),
)
export const expm1 = unary(
  { name: 'expm1', mathematics: 'eˣ − 1', program: (s, x) => s.expm1(x), sample: [[-4, 4]] },
  (_x, y, gy) => mul(gy, add(y, 1)),
)
export const log = unary(
  { name: 'log', mathematics: 'log x; −∞ at 0, NaN below', program: (s, x) => s.log(x), sample: [[0.1, 9]] },
  (x, _y, gy) => div(gy, x),
)
export const log1p = unary(
  { name: 'log1p', mathematics: 'log(1 + x)', program: (s, x) => s.log1p(x), sample: [[-0.8, 4]] },
  (x, _y, gy) => div(gy, add(x, 1)),
)
export const sin = unary(
  { name: 'sin', mathematics: 'sin x', program: (s, x) => s.sin(x), sample: [[-6, 6]] },
  (x, _y, gy) => mul(gy, cos(x)),
)
export const cos = unary(
  { name: 'cos', mathematics: 'cos x', program: (s, x) => s.cos(x), sample: [[-6, 6]] },
  (x, _y, gy) => neg(mul(gy, sin(x))),
)
export const abs = unary(
  {
    name: 'abs',
    mathematics: '|x|',
    program: (s, x) => s.abs(x),
    sample: [[-3, 3]],
    kinks: [{ at: [0], derivative: [0], note: 'between −1 and 1, as PyTorch takes it' }],
  },
  (x, _y, gy) => mul(gy, sign(x)),
)
export const sign = unary(
  {
    name: 'sign',
    mathematics: '−1, 0 or 1; NaN of NaN',
    program: (s, x) => s.select(s.less(0, x), 1, s.select(s.less(x, 0), -1, s.mul(x, 0))),
    sample: [[-3, 3]],
  },
  'zero',
)
/** The value, with no gradient: nothing flows back through it. */
export const stopGradient = unary(
  { name: 'stopGradient', mathematics: 'x, held constant', program: (_s, x) => x, sample: [[-3, 3]] },
  'zero',
)
export const toFloat = unary(
  { name: 'toFloat', mathematics: 'an int as a float', program: (_s, x) => x, sample: [[-3, 3]], operands: 'any' },
  'zero',
)
/** The integer towards zero. */
export const toInt = unary(
  {
    name: 'toInt',
    mathematics: 'x without its fraction, as an int',
    program: (s, x) => s.select(s.less(x, 0), s.neg(s.floor(s.neg(x))), s.floor(x)),
    sample: [[-3, 3]],
    operands: 'any',
    result: 'int',
  },
  'zero',
)

const TIE = 'half of the gradient to each at a tie, as PyTorch takes it'
/** 1, ½ or 0: which share of the gradient the first operand gets where it is the chosen one. */
const share = (chosen: Tensor, other: Tensor) => add(mul(greater(chosen, other), 1), mul(equal(chosen, other), 0.5))
export const minimum = binary(
  {
    name: 'minimum',
    mathematics: 'the smaller of a and b; NaN if either is NaN',
    program: (s, a, b) => s.min(a, b),
    sample: [
      [-3, 3],
      [-3, 3],
    ],
    kinks: [{ at: [1, 1], derivative: [0.5, 0.5], note: TIE }],
  },
  (a, b, _y, gy) => [mul(gy, share(b, a)), mul(gy, share(a, b))],
)
export const maximum = binary(
  {
    name: 'maximum',
    mathematics: 'the larger of a and b; NaN if either is NaN',
    program: (s, a, b) => s.max(a, b),
    sample: [
      [-3, 3],
      [-3, 3],
    ],
    kinks: [{ at: [1, 1], derivative: [0.5, 0.5], note: TIE }],
  },
  (a, b, _y, gy) => [mul(gy, share(a, b)), mul(gy, share(b, a))],
)

const clipRecord = mapRecord(
  {
    name: 'clip',
    mathematics: 'x held between low and high',
    program: (s, x, _y, attributes) => s.min(s.max(x, Number(attributes.low)), Number(attributes.high)),
    sample: [[-3, 3]],
    attributes: { low: -1, high: 1.5 },
    kinks: [
      { at: [-1], derivative: [1], note: 'the gradient passes at both ends, as PyTorch takes it' },
      { at: [1.5], derivative: [1], note: 'the gradient passes at both ends, as PyTorch takes it' },
    ],
  },
  ({ inputs: [x], output, gy }) => (x === undefined ? ['zero'] : [mul(gy, equal(x, output))]),
)
/** x held between `low` and `high`. */
export const clip = Object.assign(
  (x: Tensor, low: number, high: number) => x.builder.apply(clipRecord, [x], { low, high }),
  {
    record: clipRecord,
  },
)

const comparison = (name: string, mathematics: string, program: Parameters<typeof binary>[0]['program']) =>
  binary(
    {
      name,
      mathematics: `1 where ${mathematics}, else 0`,
      program,
      sample: [
        [-3, 3],
        [-3, 3],
      ],
      operands: 'any',
    },
    'zero',
  )
export const less = comparison('less', 'a < b', (s, a, b) => s.indicator(s.less(a, b)))
export const lessEqual = comparison('lessEqual', 'a ≤ b', (s, a, b) => s.indicator(s.lessEqual(a, b)))
export const greater = comparison('greater', 'a > b', (s, a, b) => s.indicator(s.less(b, a)))
export const greaterEqual = comparison('greaterEqual', 'a ≥ b', (s, a, b) => s.indicator(s.lessEqual(b, a)))
export const equal = comparison('equal', 'a = b', (s, a, b) => s.indicator(s.equal(a, b)))
export const notEqual = comparison('notEqual', 'a ≠ b', (s, a, b) => s.indicator(s.not(s.equal(a, b))))

const whereRecord: MapOperation = {
  ...mapRecord(
    {
      name: 'where',
      mathematics: 'a where the condition is not 0, else b',
      program: () => 0,
      sample: [
        [-1, 1],
        [-3, 3],
        [-3, 3],
      ],
      operands: 'any',
    },
    ({ inputs, gy }) => {
      const condition = only(inputs)
      return ['zero', where(condition, gy, 0), where(condition, 0, gy)]
    },
  ),
  program: (s, [condition = 0, a = 0, b = 0]) => s.select(s.not(s.equal(condition, 0)), a, b),
}
/** a where the condition (a comparison's 0 or 1) is not 0, else b. */
export const where: { (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor; record: MapOperation } =
  Object.assign(
    (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor => {
      const operands = broadcastTogether('where', [condition, a, b])
      return only(operands).builder.apply(whereRecord, operands, {})
    },
    { record: whereRecord },
  )

export const arithmeticOperations = [
  add,
  sub,
  mul,
  div,
  neg,
  square,
  sqrt,
  pow,
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  abs,
  sign,
  stopGradient,
  toFloat,
  toInt,
  minimum,
  maximum,
  clip,
  less,
  lessEqual,
  greater,
  greaterEqual,
  equal,
  notEqual,
  where,
].map(({ record }) => record)
