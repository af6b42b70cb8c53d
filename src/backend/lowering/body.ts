/** Bodies of kernels in the instructions that a machine has. */

import { isReduction, lowerToPrimitives } from '../../ops/index.ts'
import type { Body } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'

/** A body whose transcendental instructions are primitives; loads and stores as before. */
export function lowerBody(body: Body, cached: readonly number[] = []): { body: Body; cached: number[] } {
  const results = [...body.stores.map(({ value }) => value), ...cached]
  const lowered = lowerToPrimitives({ instructions: body.instructions, results })
  const stores = body.stores.map((store, i) => ({ ...store, value: known(lowered.results[i], 'a result') }))
  const moved = lowered.results.slice(stores.length)
  return { body: { instructions: lowered.instructions, loads: body.loads, stores }, cached: moved }
}

/** The positions of instructions that have one value for a whole domain, in order. */
export function invariantPositions(body: Body): number[] {
  const found = new Set<number>()
  body.instructions.forEach(({ operation, operands, slot }, position) => {
    if (operation === 'input') {
      const { indirect, strides } = known(body.loads[slot ?? -1], 'a load')
      if (indirect !== undefined || strides.some((stride) => stride !== 0)) return
    }
    if (operation === 'index' || operation === 'accumulator' || isReduction(operation)) return
    if (operands.every((operand) => found.has(operand))) found.add(position)
  })
  return [...found]
}
