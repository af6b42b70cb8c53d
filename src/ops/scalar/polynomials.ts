/**
 * Transcendental functions for f32, written in primitive instructions and shared by every backend.
 *
 * Each is range reduction (Cody and Waite, "Software Manual for the Elementary Functions", 1980) and a polynomial.
 * The coefficients are no table: they are Chebyshev interpolants of the f64 function, computed when they are first needed,
 * whose error on an interval of half-width h is about 2·(h/2)^(n+1)·max|f⁽ⁿ⁺¹⁾|/(n+1)! for degree n. The bounds that
 * stand beside the functions are measured by polynomials.test.ts against f64.
 */

import { known } from '../../shared/index.ts'
import { erf, erfc } from './float64.ts'
import { isTranscendental, type ScalarProgram, type TranscendentalOperation } from './program.ts'
import { type Scalar, type ScalarLike, ScalarWriter } from './writer.ts'

/** Coefficients (ascending powers) of the degree-`degree` polynomial through f at the Chebyshev nodes of [a, b]. */
export function chebyshevInterpolant(f: (x: number) => number, a: number, b: number, degree: number): number[] {
  const count = degree + 1
  const nodes = Array.from({ length: count }, (_, k) => Math.cos((Math.PI * (k + 0.5)) / count))
  const values = nodes.map((t) => f((a + b) / 2 + ((b - a) / 2) * t))
  const weights = Array.from({ length: count }, (_, j) => {
    const sum = values.reduce((s, v, k) => s + v * Math.cos((Math.PI * j * (k + 0.5)) / count), 0)
    return ((j === 0 ? 1 : 2) / count) * sum
  })
  // Σ wⱼ·Tⱼ(t) with t = scale·x + shift, expanded by Tⱼ₊₁ = 2t·Tⱼ − Tⱼ₋₁.
  const scale = 2 / (b - a)
  const shift = -(a + b) / (b - a)
  const timesT = (p: number[]) => {
    const q: number[] = new Array(p.length + 1).fill(0)
    p.forEach((c, i) => {
      q[i] = (q[i] ?? 0) + c * shift
      q[i + 1] = (q[i + 1] ?? 0) + c * scale
    })
    return q
  }
  let previous = [1]
  let current = timesT([1])
  const sum: number[] = new Array(count).fill(0)
  for (let j = 0; j < count; j++) {
    const term = j === 0 ? [1] : current
    term.forEach((c, i) => {
      sum[i] = (sum[i] ?? 0) + known(weights[j], 'one weight a degree') * c
    })
    if (j > 0) {
      const next = timesT(current).map((c, i) => 2 * c - (previous[i] ?? 0))
      previous = current
      current = next
    }
  }
  return sum
}

/** The same coefficients, computed when a program first asks for them. */
function interpolant(...[f, a, b, degree]: Parameters<typeof chebyshevInterpolant>): () => readonly number[] {
  let coefficients: readonly number[] | undefined
  return () => {
    coefficients ??= chebyshevInterpolant(f, a, b, degree)
    return coefficients
  }
}

/** Horner's rule. */
function polynomial(s: ScalarWriter, x: ScalarLike, coefficientsOf: () => readonly number[]): Scalar {
  const coefficients = coefficientsOf()
  let sum: Scalar = s.constant(coefficients[coefficients.length - 1] ?? 0)
  for (let power = coefficients.length - 2; power >= 0; power--) {
    sum = s.multiplyAdd(sum, x, coefficients[power] ?? 0)
  }
  return sum
}

/** `value` rounded to `bits` significant bits: the leading part of a constant split for exact products. */
function leadingBits(value: number, bits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits + 1)
  return Math.round(value / unit) * unit
}

const LN2_HIGH = leadingBits(Math.LN2, 12) // n·LN2_HIGH is exact in f32 for |n| < 2^12
const LN2_LOW = Math.LN2 - LN2_HIGH
const EXP = interpolant(Math.exp, -Math.LN2 / 2, Math.LN2 / 2, 6)

/** e^x: x = n·ln 2 + r, e^r by a polynomial of degree 6, times 2ⁿ in two halves, so that results may be subnormal. */
function exp(s: ScalarWriter, x: ScalarLike): Scalar {
  const bounded = s.min(s.max(x, -104), 89) // e^89 overflows f32 and e^-104 underflows to 0
  const n = s.round(s.mul(bounded, Math.LOG2E))
  const r = s.multiplyAdd(n, -LN2_LOW, s.multiplyAdd(n, -LN2_HIGH, bounded))
  const half = s.floor(s.mul(n, 0.5))
  return s.scaleByPowerOfTwo(s.scaleByPowerOfTwo(polynomial(s, r, EXP), half), s.sub(n, half))
}

/** e^x − 1 (W. Kahan's correction, in N. J. Higham, "Accuracy and Stability", section 1.14.1): (u − 1)·x/log u. */
function expm1(s: ScalarWriter, x: ScalarLike): Scalar {
  const u = exp(s, x)
  const difference = s.sub(u, 1)
  const corrected = s.div(s.mul(difference, x), log(s, u))
  const tail = s.or(s.less(20, x), s.less(x, -20)) // there u − 1 is exact, or −1
  return s.select(s.equal(u, 1), x, s.select(tail, difference, corrected))
}

const SMALLEST_NORMAL = 2 ** -126
/** (log(1 + f) − f + f²/2)/f³ */
function logRemainder(f: number): number {
  if (Math.abs(f) > 0.02) return (Math.log1p(f) - f + (f * f) / 2) / f ** 3
  let sum = 0
  for (let k = 12; k >= 3; k--) sum = ((k % 2 === 1 ? 1 : -1) / k) * f ** (k - 3) + sum
  return sum
}
const LOG = interpolant(logRemainder, Math.SQRT1_2 - 1, Math.SQRT2 - 1, 9)

/** log x: x = m·2^e with m in [√½, √2), log m by a polynomial in m − 1; −∞ at 0, NaN below. */
function log(s: ScalarWriter, x: ScalarLike): Scalar {
  const tiny = s.less(x, SMALLEST_NORMAL)
  const normal = s.select(tiny, s.mul(x, 2 ** 25), x)
  const mantissa = s.mantissa(normal)
  const large = s.less(Math.SQRT2, mantissa)
  const e = s.add(s.sub(s.exponent(normal), s.select(tiny, 25, 0)), s.select(large, 1, 0))
  const f = s.sub(s.select(large, s.mul(mantissa, 0.5), mantissa), 1)
  const square = s.mul(f, f)
  const tail = s.multiplyAdd(s.mul(square, f), polynomial(s, f, LOG), s.mul(square, -0.5))
  const value = s.multiplyAdd(e, LN2_HIGH, s.add(f, s.multiplyAdd(e, LN2_LOW, tail)))
  const outside = s.select(s.equal(x, 0), Number.NEGATIVE_INFINITY, Number.NaN)
  const beyond = s.select(s.equal(x, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY, value)
  return s.select(s.less(0, x), beyond, outside)
}

/** log(1 + x) by the same correction as expm1: log(u)·x/(u − 1) for u = 1 + x. */
function log1p(s: ScalarWriter, x: ScalarLike): Scalar {
  const u = s.add(1, x)
  const infinite = s.equal(u, Number.POSITIVE_INFINITY)
  const corrected = s.div(s.mul(log(s, u), x), s.sub(u, 1))
  const small = s.select(s.equal(u, 1), x, corrected)
  return s.select(infinite, Number.POSITIVE_INFINITY, s.select(s.equal(x, -1), Number.NEGATIVE_INFINITY, small))
}

/** (tanh(√z)/√z − 1)/z */
function tanhRemainder(z: number): number {
  if (z < 0.01) return -1 / 3 + z * (2 / 15 + z * (-17 / 315 + z * (62 / 2835 - (z * 1382) / 155925)))
  const x = Math.sqrt(z)
  return (Math.tanh(x) / x - 1) / z
}
const TANH = interpolant(tanhRemainder, 0, 0.625 ** 2, 5)

/** tanh x: x + x³·P(x²) below 0.625, where 1 − 2/(e^2x + 1) would cancel. */
function tanh(s: ScalarWriter, x: ScalarLike): Scalar {
  const magnitude = s.abs(x)
  const square = s.mul(x, x)
  const near = s.multiplyAdd(s.mul(square, x), polynomial(s, square, TANH), x)
  const far = s.sub(1, s.div(2, s.add(exp(s, s.mul(magnitude, 2)), 1)))
  const signed = s.select(s.less(x, 0), s.neg(far), far)
  return s.select(s.less(magnitude, 0.625), near, signed)
}

const ERF_NEAR = interpolant((z) => (z < 1e-12 ? 2 / Math.sqrt(Math.PI) : erf(Math.sqrt(z)) / Math.sqrt(z)), 0, 1, 8)
const ERF_FAR = interpolant((x) => -Math.log(erfc(x)), 1, 4, 9)

/** erf x: x·Q(x²) below 1, 1 − e^(−g(|x|)) up to 4, where f32 rounds to ±1. */
function erfFloat32(s: ScalarWriter, x: ScalarLike): Scalar {
  const magnitude = s.min(s.abs(x), 4)
  const near = s.mul(x, polynomial(s, s.mul(magnitude, magnitude), ERF_NEAR))
  const far = s.sub(1, exp(s, s.neg(polynomial(s, magnitude, ERF_FAR))))
  return s.select(s.less(magnitude, 1), near, s.select(s.less(x, 0), s.neg(far), far))
}

const HALF_PI_1 = leadingBits(Math.PI / 2, 11) // n·HALF_PI_1 is exact in f32 for |n| < 2^13
const HALF_PI_2 = leadingBits(Math.PI / 2 - HALF_PI_1, 11)
const HALF_PI_3 = Math.PI / 2 - HALF_PI_1 - HALF_PI_2
/** (sin(√z)/√z − 1)/z and (cos(√z) − 1 + z/2)/z², by their series: |z| ≤ (π/4)² */
function alternating(z: number, first: number): number {
  let sum = 0
  for (let k = 8; k >= 0; k--) {
    let factorial = 1
    for (let i = 2; i <= first + 2 * k; i++) factorial *= i
    sum += ((k % 2 === 0 ? 1 : -1) / factorial) * z ** k
  }
  return sum
}
const SIN = interpolant((z) => -alternating(z, 3), 0, (Math.PI / 4) ** 2, 3)
const COS = interpolant((z) => alternating(z, 4), 0, (Math.PI / 4) ** 2, 3)

/** sin(x + quadrants·π/2): x = n·π/2 + r. Accurate for |x| < 12,000; beyond, the reduction loses digits. */
function sine(s: ScalarWriter, x: ScalarLike, quadrants: number): Scalar {
  const n = s.round(s.mul(x, 2 / Math.PI))
  const r = s.multiplyAdd(n, -HALF_PI_3, s.multiplyAdd(n, -HALF_PI_2, s.multiplyAdd(n, -HALF_PI_1, x)))
  const square = s.mul(r, r)
  const odd = s.multiplyAdd(s.mul(square, r), polynomial(s, square, SIN), r)
  const even = s.multiplyAdd(s.mul(square, square), polynomial(s, square, COS), s.multiplyAdd(square, -0.5, 1))
  const turned = s.add(n, quadrants)
  const quadrant = s.multiplyAdd(s.floor(s.mul(turned, 0.25)), -4, turned)
  const isEven = s.or(s.equal(quadrant, 1), s.equal(quadrant, 3))
  const value = s.select(isEven, even, odd)
  return s.select(s.less(quadrant, 2), value, s.neg(value))
}

/** x^y = e^(y·log|x|), negative for a negative x and an odd y, NaN for a negative x and a y that is no integer. */
function pow(s: ScalarWriter, x: ScalarLike, y: ScalarLike): Scalar {
  const magnitude = exp(s, s.mul(y, log(s, s.abs(x))))
  const half = s.mul(y, 0.5)
  const odd = s.not(s.equal(s.floor(half), half))
  const integral = s.equal(s.floor(y), y)
  const signed = s.select(integral, s.select(odd, s.neg(magnitude), magnitude), Number.NaN)
  const one = s.or(s.equal(y, 0), s.equal(x, 1))
  return s.select(one, 1, s.select(s.less(x, 0), signed, magnitude))
}

const LOWERINGS: Record<TranscendentalOperation, (s: ScalarWriter, x: Scalar, y: Scalar) => Scalar> = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
  erf: erfFloat32,
  sin: (s, x) => sine(s, x, 0),
  cos: (s, x) => sine(s, x, 1),
  pow,
}

/** The same program with every transcendental instruction written in primitives, for backends of f32. */
export function lowerToPrimitives(program: ScalarProgram): ScalarProgram {
  const s = new ScalarWriter()
  const moved: Scalar[] = []
  for (const { operation, operands, ...extra } of program.instructions) {
    const inputs = operands.map((operand) => known(moved[operand], 'operands precede'))
    const first = inputs[0]
    if (isTranscendental(operation) && first !== undefined) {
      moved.push(LOWERINGS[operation](s, first, inputs[1] ?? first))
    } else {
      moved.push(s.emit(operation, inputs, extra))
    }
  }
  return s.finish(program.results.map((result) => known(moved[result], 'a result is an instruction')))
}
