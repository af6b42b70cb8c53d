/**
 * The scalar instruction set, in which every elementwise operation is written, and programs over it.
 *
 * A program is a list of instructions in static single assignment form: an instruction's operands stand before it.
 * Values are floats or masks (the result of a comparison); masks feed only `select`, `and`, `or` and `not`.
 * Each backend fills one record over `PrimitiveOperation`; the transcendental ones are lowered to primitives by
 * `polynomials.ts` for backends that compute in f32.
 */

/** Instructions that stand for something outside the arithmetic. */
export type LeafOperation =
  | 'input' // slot: operand of the operation, or a load of the kernel
  | 'constant' // value
  | 'index' // slot: the coordinate along that axis of the output, as a float
  | 'accumulator' // the sum of products that a contraction has formed for this element

/** Arithmetic that every backend renders. */
export type PrimitiveOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'min' // NaN if either is NaN
  | 'max' // NaN if either is NaN
  | 'floor'
  | 'round' // to the nearest integer, ties to even
  | 'multiplyAdd' // a·b + c, with one rounding where the machine has it
  | 'subtractProduct' // c − a·b, with one rounding where the machine has it
  | 'less'
  | 'lessEqual'
  | 'equal'
  | 'and'
  | 'or'
  | 'not'
  | 'select' // mask ? a : b
  | 'scaleByPowerOfTwo' // a · 2^b for an integral b in [-126, 127]
  | 'exponent' // floor(log2 a) for a normal positive a
  | 'mantissa' // a / 2^exponent(a), in [1, 2), for a normal positive a

/** Functions that f64 takes from the engine and f32 from polynomials. */
export type TranscendentalOperation = 'exp' | 'expm1' | 'log' | 'log1p' | 'sin' | 'cos' | 'tanh' | 'erf' | 'pow'

/** A combination over the reduced axes of a kernel; plans alone use it. */
export type ReductionOperation = 'reduceSum' | 'reduceMax' | 'reduceMin'

export type ScalarOperation = LeafOperation | PrimitiveOperation | TranscendentalOperation | ReductionOperation

export interface ScalarInstruction {
  readonly operation: ScalarOperation
  /** Positions of the operands in the program. */
  readonly operands: readonly number[]
  /** For `constant`. */
  readonly value?: number
  /** For `input` and `index`. */
  readonly slot?: number
}

export interface ScalarProgram {
  readonly instructions: readonly ScalarInstruction[]
  /** Positions of the results. */
  readonly results: readonly number[]
}

const MASKS: ReadonlySet<ScalarOperation> = new Set(['less', 'lessEqual', 'equal', 'and', 'or', 'not'])

/** Whether an instruction's value is a mask and not a float. */
export function isMask(operation: ScalarOperation): boolean {
  return MASKS.has(operation)
}

const TRANSCENDENTAL: ReadonlySet<ScalarOperation> = new Set([
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'tanh',
  'erf',
  'pow',
])

export function isTranscendental(operation: ScalarOperation): operation is TranscendentalOperation {
  return TRANSCENDENTAL.has(operation)
}

export function isReduction(operation: ScalarOperation): operation is ReductionOperation {
  return operation === 'reduceSum' || operation === 'reduceMax' || operation === 'reduceMin'
}
