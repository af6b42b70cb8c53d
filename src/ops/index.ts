/** The dictionary of operations, and the functions that users call for them. */

import { activationOperations } from './activations.ts'
import { arithmeticOperations } from './arithmetic.ts'
import { contractionOperations } from './contraction.ts'
import { indexingOperations } from './indexing.ts'
import { layoutOperations } from './layout.ts'
import { randomOperations } from './random.ts'
import type { Operation } from './record.ts'
import { reductionOperations } from './reductions.ts'

/** Every operation, in the order of the files. */
export const dictionary: readonly Operation[] = [
  ...arithmeticOperations,
  ...activationOperations,
  ...layoutOperations,
  ...reductionOperations,
  ...contractionOperations,
  ...indexingOperations,
  ...randomOperations,
]

export * from './activations.ts'
export type { TensorLike } from './arguments.ts'
export * from './arithmetic.ts'
export * from './contraction.ts'
export * from './indexing.ts'
export * from './layout.ts'
export * from './random.ts'
export * from './record.ts'
export * from './reductions.ts'
export * from './scalar/index.ts'
