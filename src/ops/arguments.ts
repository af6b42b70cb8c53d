/** Checks and conversions that the functions which users call have in common. */

import { formatShape, InternalError, NablaError, type Shape } from '../shared/index.ts'
import type { Attributes, DType, Tensor, TensorType } from './record.ts'

/** A tensor, or a number that becomes a constant scalar. */
export type TensorLike = Tensor | number

/** The arguments as tensors of one program. @throws NablaError E-USAGE when none is a tensor. */
export function tensors(where: string, values: readonly TensorLike[]): Tensor[] {
  const first = values.find((value): value is Tensor => typeof value === 'object' && value !== null)
  for (const value of values) {
    const isTensor = typeof value === 'object' && value !== null && 'builder' in value
    if (!isTensor && typeof value !== 'number') {
      throw new NablaError({
        code: 'E-USAGE',
        where,
        expected: 'tensors and numbers',
        received: value === null ? 'null' : typeof value,
        fix: 'pass tensors of the program that is being built; arrays become tensors by constant().',
      })
    }
    if (isTensor && first !== undefined && (value as Tensor).builder !== first.builder) {
      throw new NablaError({
        code: 'E-USAGE',
        where,
        expected: 'tensors of one program',
        received: 'tensors of two programs',
        fix: 'build the whole computation inside one function.',
      })
    }
  }
  if (first === undefined) {
    throw new NablaError({
      code: 'E-USAGE',
      where,
      expected: 'at least one tensor',
      received: 'numbers only',
      fix: 'compute with plain numbers in JavaScript, or make a tensor with constant().',
    })
  }
  return values.map((value) => (typeof value === 'number' ? first.builder.constant(value) : value))
}

export function requireDtype(where: string, type: TensorType, dtype: DType, role: string): void {
  if (type.dtype === dtype) return
  throw new NablaError({
    code: 'E-DTYPE',
    where,
    expected: `${role} of dtype ${dtype}`,
    received: `${type.dtype} ${formatShape(type.shape)}`,
    fix: dtype === 'float' ? 'convert it with toFloat().' : 'convert it with toInt(), or pass integers.',
  })
}

export function shapeError(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-SHAPE', where, expected, received, fix })
}

/** Attributes are written by the functions beside the records; a missing one is our fault. */
export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name]
  if (typeof value !== 'number') throw new InternalError(`attribute ${name} is a number`)
  return value
}

export function listOf(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name]
  if (!Array.isArray(value)) throw new InternalError(`attribute ${name} is a list`)
  return value as readonly number[]
}

export function only<T>(values: readonly T[]): T {
  const value = values[0]
  if (value === undefined) throw new InternalError('an operation has its first input')
  return value
}

export function pair<T>(values: readonly T[]): [T, T] {
  const [a, b] = values
  if (a === undefined || b === undefined) throw new InternalError('a binary operation has two inputs')
  return [a, b]
}

/** A random shape of up to `rank` axes, for examples. */
export function randomShape(random: { below(bound: number): number }, rank: number, least = 1): Shape {
  return Array.from({ length: least + random.below(rank - least + 1) }, () => 1 + random.below(5))
}
