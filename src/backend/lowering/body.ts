/** Bodies of kernels in the instructions that a machine has. */

import { lowerToPrimitives } from '../../ops/index.ts'
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
