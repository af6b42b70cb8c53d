/** Bodies of kernels in the instructions that a machine has. */

import { isReduction, lowerToPrimitives, type ScalarInstruction, type ScalarProgram } from '../../ops/index.ts'
import type { Body } from '../../plan/index.ts'
import { known } from '../../shared/index.ts'

/** A body whose transcendental instructions are primitives; loads and stores as before. */
export function lowerBody(body: Body, cached: readonly number[] = []): { body: Body; cached: number[] } {
  const results = [...body.stores.map(({ value }) => value), ...cached]
  const lowered = lowerToPrimitives({ instructions: body.instructions, results })
  const stores = body.stores.map((store, i) => ({ ...store, value: known(lowered.results[i], 'a result') }))
  const moved = lowered.results.slice(stores.length)
  return { body: { instructions: contracted(lowered), loads: body.loads, stores }, cached: moved }
}

/** Sums with a product that nothing else uses become one instruction; the product stays where it was, and nobody asks for it. */
function contracted({ instructions, results }: ScalarProgram): ScalarInstruction[] {
  const uses = instructions.map(() => 0)
  const use = (position: number) => {
    uses[position] = (uses[position] ?? 0) + 1
  }
  for (const { operands } of instructions) operands.forEach(use)
  results.forEach(use)
  const productAt = (position: number) => {
    const found = instructions[position]
    return found?.operation === 'mul' && uses[position] === 1 ? found.operands : undefined
  }
  return instructions.map((instruction) => {
    const [a = -1, b = -1] = instruction.operands
    if (instruction.operation === 'add') {
      const [product, other] = productAt(a) === undefined ? [productAt(b), a] : [productAt(a), b]
      return product === undefined ? instruction : { operation: 'multiplyAdd', operands: [...product, other] }
    }
    const product = instruction.operation === 'sub' ? productAt(b) : undefined
    return product === undefined ? instruction : { operation: 'subtractProduct', operands: [...product, a] }
  })
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
