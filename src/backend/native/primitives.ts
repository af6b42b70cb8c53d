/** How each primitive scalar instruction is written in C, for vectors of the machine's width. */

import type { PrimitiveOperation } from '../../ops/index.ts'

/** An expression from those of the operands; `constantB`: operand b is a number that is known and not NaN. */
type Renderer = (a: string, b: string, c: string, constantB: boolean) => string

const infix =
  (operator: string): Renderer =>
  (a, b) =>
    `${a} ${operator} ${b}`
const call =
  (name: string): Renderer =>
  (a) =>
    `${name}(${a})`

export const RENDER: Record<PrimitiveOperation, Renderer> = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  neg: call('negative'),
  abs: call('absolute'),
  sqrt: call('squareRoot'),
  min: (a, b, _, constantB) => `minimum${constantB ? 'OfConstant' : ''}(${a}, ${b})`,
  max: (a, b, _, constantB) => `maximum${constantB ? 'OfConstant' : ''}(${a}, ${b})`,
  floor: call('roundDown'),
  round: call('roundEven'),
  multiplyAdd: (a, b, c) => `${a} * ${b} + ${c}`,
  subtractProduct: (a, b, c) => `${c} - ${a} * ${b}`,
  less: infix('<'),
  lessEqual: infix('<='),
  equal: infix('=='),
  and: infix('&'),
  or: infix('|'),
  not: (a) => `~${a}`,
  select: (mask, a, b) => `select(${mask}, ${a}, ${b})`,
  scaleByPowerOfTwo: (a, b) => `scaleByPowerOfTwo(${a}, ${b})`,
  exponent: call('exponent'),
  mantissa: call('mantissa'),
}
