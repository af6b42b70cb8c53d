/**
 * What each operation of a trace computes, and its derivative: one record per operation, in f64.
 * `gradient` returns ∂loss/∂argument for every argument (null where it is zero everywhere), from gy = ∂loss/∂y.
 */

import { sizeOf } from '../../../shared/index.ts'
import { einsum, einsumGradient } from './einsum.ts'
import { gather, put, putGradient, scatterAdd, viewIndex } from './moves.ts'
import { productGradient, productOf } from './products.ts'
import { placeOf, reduceGradient, reduceOf } from './reductions.ts'
import { add, map, multiply, reshape, scalar, subtract, sumTo, type Tensor, tensor, zeros, zip } from './tensor.ts'

export interface Params {
  readonly [name: string]: unknown
}

export interface Operation {
  forward(args: readonly Tensor[], params: Params): Tensor
  gradient(gy: Tensor, args: readonly Tensor[], y: Tensor, params: Params): (Tensor | null)[]
}

const at = (args: readonly Tensor[], i: number): Tensor => {
  const found = args[i]
  if (found === undefined) throw new RangeError('an operand is missing')
  return found
}

/** What a slope makes of a gradient: of none, none, be the slope infinite (a sigmoid at the edge of the last class). */
const through = (gy: Tensor, slope: Tensor): Tensor => zip(gy, slope, (g, s) => (g === 0 || s === 0 ? 0 : g * s))

/** y = f(x), with dy/dx = df(x, y). */
function unary(f: (x: number) => number, df: (x: number, y: number) => number): Operation {
  return {
    forward: (args) => map(at(args, 0), f),
    gradient: (gy, args, y) => [through(gy, zip(at(args, 0), y, df))],
  }
}

/** y = f(a, b), with ∂y/∂a and ∂y/∂b as functions of a and b. */
function binary(
  f: (a: number, b: number) => number,
  da: (a: number, b: number) => number,
  db: (a: number, b: number) => number,
): Operation {
  return {
    forward: (args) => zip(at(args, 0), at(args, 1), f),
    gradient: (gy, args) => {
      const [a, b] = [at(args, 0), at(args, 1)]
      // Plain Python is nothing but numbers, thousands of them.
      if (gy.shape.length + a.shape.length + b.shape.length === 0) {
        const [g, x, y] = [gy.data[0] as number, a.data[0] as number, b.data[0] as number]
        return [scalar(g * da(x, y)), scalar(g * db(x, y))]
      }
      return [sumTo(through(gy, zip(a, b, da)), a.shape), sumTo(through(gy, zip(a, b, db)), b.shape)]
    },
  }
}

/** Piecewise constant: no gradient. */
function flat(f: (a: number, b: number) => number): Operation {
  return {
    forward: (args) => (args.length === 1 ? map(at(args, 0), (a) => f(a, 0)) : zip(at(args, 0), at(args, 1), f)),
    gradient: (_, args) => args.map(() => null),
  }
}

const truth = (test: boolean) => (test ? 1 : 0)
const sum2: Operation = {
  forward: (args) => add(at(args, 0), at(args, 1)),
  gradient: (gy, args) => [sumTo(gy, at(args, 0).shape), sumTo(gy, at(args, 1).shape)],
}
const difference: Operation = {
  forward: (args) => subtract(at(args, 0), at(args, 1)),
  gradient: (gy, args) => [sumTo(gy, at(args, 0).shape), map(sumTo(gy, at(args, 1).shape), (g) => -g)],
}
const product2: Operation = {
  forward: (args) => multiply(at(args, 0), at(args, 1)),
  gradient: (gy, args) => {
    const [a, b] = [at(args, 0), at(args, 1)]
    if (gy.shape.length + a.shape.length + b.shape.length === 0)
      return [
        scalar((gy.data[0] as number) * (b.data[0] as number)),
        scalar((gy.data[0] as number) * (a.data[0] as number)),
      ]
    return [sumTo(through(gy, b), a.shape), sumTo(through(gy, a), b.shape)]
  },
}
const quotient = binary(
  (a, b) => a / b,
  (_, b) => 1 / b,
  (a, b) => -a / (b * b),
)
const power = binary(
  (a, b) => a ** b,
  (a, b) => (b === 0 ? 0 : b * a ** (b - 1)),
  (a, b) => (a > 0 ? a ** b * Math.log(a) : 0),
)
// Subgradients at a tie: all to the first, as `x > 0` masks and `max(0, x)` do with 0 at 0.
const maximum = binary(
  Math.max,
  (a, b) => truth(a > b),
  (a, b) => truth(b > a),
)
const minimum = binary(
  Math.min,
  (a, b) => truth(a < b),
  (a, b) => truth(b < a),
)
const logistic = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** erf by Abramowitz and Stegun 7.1.26's series replaced with a convergent one: Σ, exact to rounding for |x| < 6. */
function erf(x: number): number {
  if (Math.abs(x) > 5.9) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
    if (Math.abs(term) < 1e-18 * Math.abs(sum)) break
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

const identity: Operation = {
  forward: (args, params) =>
    Array.isArray(params.shape)
      ? reshape(at(args, 0), params.shape as number[])
      : params.reshape
        ? reshape(at(args, 0), [])
        : at(args, 0),
  gradient: (gy, args) => [reshape(gy, at(args, 0).shape)],
}

/** Element by element. */
export const MULTIPLICATIONS: ReadonlySet<string> = new Set(['mul', 'multiply'])
export const DIVISIONS: ReadonlySet<string> = new Set(['div', 'divide', 'true_divide'])
export const SUMS: ReadonlySet<string> = new Set(['add', 'sub', 'subtract'])
export const NEGATIONS: ReadonlySet<string> = new Set(['neg', 'negative'])
/** What keeps a value within bounds. */
export const BOUNDS: ReadonlySet<string> = new Set(['maximum', 'minimum', 'fmax', 'fmin', 'max', 'min', 'clip'])

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: sum2,
  sub: difference,
  subtract: difference,
  mul: product2,
  multiply: product2,
  div: quotient,
  divide: quotient,
  true_divide: quotient,
  pow: power,
  power,
  float_power: power,
  maximum,
  minimum,
  fmax: maximum,
  fmin: minimum,
  mod: binary(
    (a, b) => a - b * Math.floor(a / b),
    () => 1,
    () => 0,
  ),
  floordiv: flat((a, b) => Math.floor(a / b)),
  floor_divide: flat((a, b) => Math.floor(a / b)),
  arctan2: binary(
    (a, b) => Math.atan2(a, b),
    (a, b) => b / (a * a + b * b),
    (a, b) => -a / (a * a + b * b),
  ),
  tan: unary(Math.tan, (_, y) => 1 + y * y),
  arcsin: unary(Math.asin, (x) => 1 / Math.sqrt(1 - x * x)),
  arccos: unary(Math.acos, (x) => -1 / Math.sqrt(1 - x * x)),
  arcsinh: unary(Math.asinh, (x) => 1 / Math.sqrt(1 + x * x)),
  arctanh: unary(Math.atanh, (x) => 1 / (1 - x * x)),
  hypot: binary(
    Math.hypot,
    (a, b) => a / Math.hypot(a, b),
    (a, b) => b / Math.hypot(a, b),
  ),
  logaddexp: binary(
    (a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
    (a, b) => logistic(a - b),
    (a, b) => logistic(b - a),
  ),
  neg: unary(
    (x) => -x,
    () => -1,
  ),
  negative: unary(
    (x) => -x,
    () => -1,
  ),
  positive: unary(
    (x) => x,
    () => 1,
  ),
  exp: unary(Math.exp, (_, y) => y),
  exp2: unary(
    (x) => 2 ** x,
    (_, y) => y * Math.LN2,
  ),
  expm1: unary(Math.expm1, (_, y) => y + 1),
  log: unary(Math.log, (x) => 1 / x),
  log1p: unary(Math.log1p, (x) => 1 / (1 + x)),
  log2: unary(Math.log2, (x) => 1 / (x * Math.LN2)),
  log10: unary(Math.log10, (x) => 1 / (x * Math.LN10)),
  sqrt: unary(Math.sqrt, (_, y) => 0.5 / y),
  cbrt: unary(Math.cbrt, (_, y) => 1 / (3 * y * y)),
  square: unary(
    (x) => x * x,
    (x) => 2 * x,
  ),
  reciprocal: unary(
    (x) => 1 / x,
    (x) => -1 / (x * x),
  ),
  absolute: unary(Math.abs, (x) => Math.sign(x)),
  fabs: unary(Math.abs, (x) => Math.sign(x)),
  tanh: unary(Math.tanh, (_, y) => 1 - y * y),
  sin: unary(Math.sin, (x) => Math.cos(x)),
  cos: unary(Math.cos, (x) => -Math.sin(x)),
  sinh: unary(Math.sinh, (x) => Math.cosh(x)),
  cosh: unary(Math.cosh, (x) => Math.sinh(x)),
  arctan: unary(Math.atan, (x) => 1 / (1 + x * x)),
  expit: unary(logistic, (_, y) => y * (1 - y)),
  erf: unary(erf, (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)),
  sign: flat((a) => Math.sign(a)),
  floor: flat((a) => Math.floor(a)),
  ceil: flat((a) => Math.ceil(a)),
  rint: flat((a) => Math.round(a)),
  trunc: flat((a) => Math.trunc(a)),
  heaviside: flat((a, b) => (a === 0 ? b : truth(a > 0))),
  greater: flat((a, b) => truth(a > b)),
  greater_equal: flat((a, b) => truth(a >= b)),
  less: flat((a, b) => truth(a < b)),
  less_equal: flat((a, b) => truth(a <= b)),
  equal: flat((a, b) => truth(a === b)),
  not_equal: flat((a, b) => truth(a !== b)),
  logical_and: flat((a, b) => truth(a !== 0 && b !== 0)),
  logical_or: flat((a, b) => truth(a !== 0 || b !== 0)),
  logical_not: flat((a) => truth(a === 0)),
  isnan: flat((a) => truth(Number.isNaN(a))),
  isfinite: flat((a) => truth(Number.isFinite(a))),
  copy: identity,
  dot: {
    forward: (args) => productOf('dot', at(args, 0), at(args, 1)),
    gradient: (gy, args) => productGradient('dot', gy, at(args, 0), at(args, 1)),
  },
  matmul: {
    forward: (args) => productOf('matmul', at(args, 0), at(args, 1)),
    gradient: (gy, args) => productGradient('matmul', gy, at(args, 0), at(args, 1)),
  },
  inner: {
    forward: (args) => productOf('inner', at(args, 0), at(args, 1)),
    gradient: (gy, args) => productGradient('inner', gy, at(args, 0), at(args, 1)),
  },
  vdot: {
    forward: (args) => productOf('vdot', at(args, 0), at(args, 1)),
    gradient: (gy, args) => productGradient('vdot', gy, at(args, 0), at(args, 1)),
  },
  outer: {
    forward: (args) => productOf('outer', at(args, 0), at(args, 1)),
    gradient: (gy, args) => productGradient('outer', gy, at(args, 0), at(args, 1)),
  },
  einsum: {
    forward: (args, p) => einsum(String(p.subscripts), args),
    gradient: (gy, args, _, p) => einsumGradient(String(p.subscripts), gy, args),
  },
  argmax: { forward: (args, p) => placeOf('argmax', at(args, 0), p), gradient: () => [null] },
  argmin: { forward: (args, p) => placeOf('argmin', at(args, 0), p), gradient: () => [null] },
  sum: {
    forward: (args, p) => reduceOf('sum', at(args, 0), p),
    gradient: (gy, args, y, p) => [reduceGradient('sum', gy, at(args, 0), y, p)],
  },
  mean: {
    forward: (args, p) => reduceOf('mean', at(args, 0), p),
    gradient: (gy, args, y, p) => [reduceGradient('mean', gy, at(args, 0), y, p)],
  },
  max: {
    forward: (args, p) => reduceOf('max', at(args, 0), p),
    gradient: (gy, args, y, p) => [reduceGradient('max', gy, at(args, 0), y, p)],
  },
  min: {
    forward: (args, p) => reduceOf('min', at(args, 0), p),
    gradient: (gy, args, y, p) => [reduceGradient('min', gy, at(args, 0), y, p)],
  },
  prod: {
    forward: (args, p) => reduceOf('prod', at(args, 0), p),
    gradient: (gy, args, y, p) => [reduceGradient('prod', gy, at(args, 0), y, p)],
  },
  add_n: {
    forward: (args) => args.reduce((total, x) => add(total, x), scalar(0)),
    gradient: (gy, args) => args.map((x) => sumTo(gy, x.shape)),
  },
  pack: {
    forward: (args, p) => {
      const shape = p.shape as number[]
      const data = new Float64Array(sizeOf(shape))
      let end = 0
      for (const x of args) {
        if (end + x.data.length > data.length) break
        data.set(x.data, end)
        end += x.data.length
      }
      if (end !== data.length || args.length > end) throw new RangeError('a list whose size is not its shape')
      return tensor(shape, data)
    },
    gradient: (gy, args) => {
      let end = 0
      return args.map((x) => {
        const start = end
        end += x.data.length
        return tensor(x.shape, gy.data.slice(start, end))
      })
    },
  },
  where: {
    forward: (args) => {
      const chosen = zip(at(args, 0), add(zeros(at(args, 0).shape), at(args, 1)), (c, x) => (c !== 0 ? x : 0))
      return zip(
        chosen,
        multiply(
          map(at(args, 0), (c) => truth(c === 0)),
          at(args, 2),
        ),
        (x, y) => x + y,
      )
    },
    gradient: (gy, args) => [
      null,
      sumTo(
        zip(gy, at(args, 0), (g, c) => (c !== 0 ? g : 0)),
        at(args, 1).shape,
      ),
      sumTo(
        zip(gy, at(args, 0), (g, c) => (c !== 0 ? 0 : g)),
        at(args, 2).shape,
      ),
    ],
  },
  clip: {
    forward: (args, p) => {
      let y = at(args, 0)
      if (typeof p.low === 'number') y = zip(y, at(args, p.low), Math.max)
      if (typeof p.high === 'number') y = zip(y, at(args, p.high), Math.min)
      return y
    },
    gradient: (gy, args, y) => [
      zip(
        gy,
        zip(at(args, 0), y, (x, c) => truth(x === c)),
        (g, inside) => g * inside,
      ),
      ...args.slice(1).map(() => null),
    ],
  },
  view: {
    forward: (args, p) => gather([at(args, 0)], viewIndex(at(args, 0).shape, p), p.shape as number[]),
    gradient: (gy, args, _, p) => scatterAdd(gy, viewIndex(at(args, 0).shape, p), [at(args, 0)]),
  },
  move: {
    forward: (args, p) => gather(args, p.index as number[], p.shape as number[]),
    gradient: (gy, args, _, p) => scatterAdd(gy, p.index as number[], args),
  },
  put: {
    forward: (args, p) => put(at(args, 0), at(args, 1), p.at as number[], p.shape as number[], false),
    gradient: (gy, args, _, p) => putGradient(gy, at(args, 1), p.at as number[], p.shape as number[], false),
  },
  add_at: {
    forward: (args, p) => put(at(args, 0), at(args, 1), p.at as number[], p.shape as number[], true),
    gradient: (gy, args, _, p) => putGradient(gy, at(args, 1), p.at as number[], p.shape as number[], true),
  },
  write: {
    forward: (args, p) => put(at(args, 0), at(args, 1), viewIndex(at(args, 0).shape, p), p.shape as number[], false),
    gradient: (gy, args, _, p) =>
      putGradient(gy, at(args, 1), viewIndex(at(args, 0).shape, p), p.shape as number[], false),
  },
}
