/** How each primitive scalar instruction is written for vectors of four f32. Operands are pushed by the caller's closures. */

import type { PrimitiveOperation } from '../../ops/index.ts'
import { type FunctionWriter, SIMD } from './encode.ts'

type Push = () => void
export interface RenderContext {
  readonly f: FunctionWriter
  /** Whether the engine has relaxed fused multiply-add. */
  readonly relaxed: boolean
  /** The value of operand b where it is a constant. */
  readonly constantB: number | undefined
  /** Whether the last operand of a selection is the constant 0, positive. */
  readonly isOverZero: boolean
}
type Renderer = (context: RenderContext, a: Push, b: Push, c: Push) => void

const binary =
  (opcode: number): Renderer =>
  ({ f }, a, b) => {
    a()
    b()
    f.simd(opcode)
  }
const unary =
  (opcode: number): Renderer =>
  ({ f }, a) => {
    a()
    f.simd(opcode)
  }
/** min and max of a constant need no NaN handling of their second operand: one machine instruction instead of five. */
const extremum =
  (general: number, withConstant: number): Renderer =>
  ({ f, constantB }, a, b) => {
    a()
    b()
    f.simd(constantB === undefined || Number.isNaN(constantB) ? general : withConstant)
  }

export const RENDER: Record<PrimitiveOperation, Renderer> = {
  add: binary(SIMD.f32x4add),
  sub: binary(SIMD.f32x4sub),
  mul: binary(SIMD.f32x4mul),
  div: binary(SIMD.f32x4div),
  neg: unary(SIMD.f32x4neg),
  abs: unary(SIMD.f32x4abs),
  sqrt: unary(SIMD.f32x4sqrt),
  min: extremum(SIMD.f32x4min, SIMD.f32x4pmin),
  max: extremum(SIMD.f32x4max, SIMD.f32x4pmax),
  floor: unary(SIMD.f32x4floor),
  round: unary(SIMD.f32x4nearest),
  multiplyAdd: ({ f, relaxed }, a, b, c) => {
    a()
    b()
    if (!relaxed) f.simd(SIMD.f32x4mul)
    c()
    f.simd(relaxed ? SIMD.f32x4relaxedMadd : SIMD.f32x4add)
  },
  subtractProduct: ({ f, relaxed }, a, b, c) => {
    if (!relaxed) c()
    a()
    b()
    if (relaxed) c()
    else f.simd(SIMD.f32x4mul)
    f.simd(relaxed ? SIMD.f32x4relaxedNmadd : SIMD.f32x4sub)
  },
  less: binary(SIMD.f32x4lt),
  lessEqual: binary(SIMD.f32x4le),
  equal: binary(SIMD.f32x4eq),
  and: binary(SIMD.and),
  or: binary(SIMD.or),
  not: unary(SIMD.not),
  // The bits of a positive 0 are none: what is chosen over it needs one machine instruction instead of three.
  select: ({ f, isOverZero }, mask, a, b) => {
    if (isOverZero) {
      a()
      mask()
      f.simd(SIMD.and)
      return
    }
    a()
    b()
    mask()
    f.simd(SIMD.bitselect)
  },
  // The float with exponent b + 127 and no fraction is 2^b.
  scaleByPowerOfTwo: ({ f }, a, b) => {
    a()
    b()
    f.simd(SIMD.i32x4truncSat).words([127, 127, 127, 127]).simd(SIMD.i32x4add).i32(23).simd(SIMD.i32x4shl)
    f.simd(SIMD.f32x4mul)
  },
  exponent: ({ f }, a) => {
    a()
    f.i32(23).simd(SIMD.i32x4shrU).words([127, 127, 127, 127]).simd(SIMD.i32x4sub).simd(SIMD.f32x4convert)
  },
  mantissa: ({ f }, a) => {
    a()
    f.words(Array(4).fill(0x007fffff)).simd(SIMD.and).words(Array(4).fill(0x3f800000)).simd(SIMD.or)
  },
}
