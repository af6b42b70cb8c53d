/** Evaluates scalar programs in f64: the meaning of every instruction. */

import { known } from '../../shared/index.ts'
import { erf } from './float64.ts'
import type { PrimitiveOperation, ScalarProgram, TranscendentalOperation } from './program.ts'

/** Ties to even, as IEEE 754 rounds. */
function roundToEven(x: number): number {
  if (Math.abs(x) >= 2 ** 52 || !Number.isFinite(x)) return x
  const low = Math.floor(x)
  const rest = x - low
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}

/** floor(log2 x) for x > 0; the engine's log2 may miss by one near powers of two. */
function exponentOf(x: number): number {
  let e = Math.floor(Math.log2(x))
  if (2 ** e > x) e--
  else if (2 ** (e + 1) <= x) e++
  return e
}

type Rule = (a: number, b: number, c: number) => number

/** Masks are 1 and 0 here. */
export const MEANING: Record<PrimitiveOperation | TranscendentalOperation, Rule> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: Math.sqrt,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  floor: Math.floor,
  round: roundToEven,
  multiplyAdd: (a, b, c) => a * b + c,
  subtractProduct: (a, b, c) => c - a * b,
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  and: (a, b) => a * b,
  or: (a, b) => Math.max(a, b),
  not: (a) => 1 - a,
  select: (mask, a, b) => (mask === 1 ? a : b),
  scaleByPowerOfTwo: (a, b) => a * 2 ** b,
  exponent: exponentOf,
  mantissa: (a) => a / 2 ** exponentOf(a),
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  erf,
  // Math.pow(1, NaN) and Math.pow(1, ±∞) are NaN in JavaScript and 1 in IEEE 754.
  pow: (a, b) => (a === 1 ? 1 : a ** b),
}

/** What a program yields for given inputs and coordinates. */
export function evaluateScalars(
  program: ScalarProgram,
  input: (slot: number) => number,
  index: (axis: number) => number,
): number[] {
  const values: number[] = []
  for (const { operation, operands, value, slot } of program.instructions) {
    if (operation === 'input') values.push(input(slot ?? 0))
    else if (operation === 'index') values.push(index(slot ?? 0))
    else if (operation === 'constant') values.push(value ?? 0)
    else {
      const rule = known(MEANING[operation as PrimitiveOperation], `an elementwise program has no ${operation}`)
      values.push(rule(values[operands[0] ?? 0] ?? 0, values[operands[1] ?? 0] ?? 0, values[operands[2] ?? 0] ?? 0))
    }
  }
  return program.results.map((result) => values[result] ?? Number.NaN)
}
