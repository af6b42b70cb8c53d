/** A change of one operation of a statement, and what such changes are made of. */

import type { Analysis } from '../../analyse.ts'
import type { Judged } from '../../judge.ts'
import { DIVISIONS, MULTIPLICATIONS, OPERATIONS, type Params } from '../../tape/operations.ts'
import type { Values } from '../../tape/tape.ts'
import { type Tensor, transpose } from '../../tape/tensor.ts'
import type { FindingKind } from '../../types.ts'
import type { Region } from '../statements.ts'

export interface Remake {
  readonly kind: FindingKind
  /** One line for the report. */
  readonly text: string
  /** The smaller, the more likely it is a slip. */
  readonly cost: number
  /** Whether it is another derivative in place of one that the statement multiplies with, wherever that is computed. */
  readonly ofFactor?: boolean
}

/** A value instead of another one, at a point; undefined where it can't be. */
export type Make = (values: Values, point: number) => Tensor | undefined

export interface Change {
  /** The inner operation whose result is another. */
  readonly node: number
  readonly make: Make
  readonly kind: FindingKind
  readonly text: string
  readonly cost: number
  readonly ofFactor?: boolean
}

export interface Setting {
  readonly analysis: Analysis
  readonly judged: Judged
  readonly region: Region
  /** With what is wrong before the statement put right. */
  readonly values: readonly Values[]
}

export const MAX_POOL = 64
export const MAX_SIZE = 20_000
export const DEADLINE_MS = 400
export const PRODUCTS = MULTIPLICATIONS
export const QUOTIENTS = DIVISIONS
export const MATRIX = new Set(['dot', 'matmul'])
export const REDUCTIONS = new Set(['sum', 'mean'])
export const COMPARISONS: Readonly<Record<string, string>> = {
  greater: 'less',
  greater_equal: 'less_equal',
  less: 'greater',
  less_equal: 'greater_equal',
}

export const SLIPS: readonly (readonly [string, (x: number) => number])[] = [
  ['1 + x', (x) => 1 + x],
  ['1 - x', (x) => 1 - x],
  ['x ** 2', (x) => x * x],
  ['-x', (x) => -x],
]

export const TURNS: readonly (readonly [boolean, boolean])[] = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
]

export const MIXING = new Set([
  'inner',
  'vdot',
  'outer',
  'einsum',
  'max',
  'min',
  'prod',
  'pack',
  'move',
  'view',
  'put',
  'write',
])
export const isElementwise = (op: string) => !MATRIX.has(op) && !REDUCTIONS.has(op) && !MIXING.has(op)

export const turned = (x: Tensor) => (x.shape.length === 2 ? transpose(x) : x)

export function reshaped(x: Tensor | undefined, shape: readonly number[]): Tensor | undefined {
  return x && { shape: shape.reduce((a, b) => a * b, 1) === x.data.length ? shape : x.shape, data: x.data }
}

export function apply(op: string, operands: readonly Tensor[], params: Params): Tensor {
  const operation = OPERATIONS[op]
  if (operation === undefined) throw new RangeError(op)
  return operation.forward(operands, params)
}

/** Shapes that don't go together are no change. */
export function attempt(make: () => Tensor | undefined): Tensor | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof TypeError) throw error
    return undefined
  }
}
