/**
 * The gradient of a value that is used several times, use by use: what each sample or time step adds to it. Order is
 * that of the forward pass. A view is one use, however often it is read.
 */

import type { Analysis } from '../analyse.ts'
import { OPERATIONS } from '../tape/operations.ts'
import type { Tensor } from '../tape/tensor.ts'

export interface Part {
  readonly use: number
  /** At each point. */
  readonly parts: readonly (Tensor | undefined)[]
}

const MOST_USES = 400

export function partsOf(
  { tape, points }: Analysis,
  adjoints: readonly ReadonlyMap<number, Tensor>[],
  node: number,
): Part[] {
  const uses: [number, number][] = []
  for (const use of adjoints[0]?.keys() ?? [])
    tape.entry(use).args.forEach((arg, i) => {
      if (arg === node) uses.push([use, i])
    })
  uses.sort((a, b) => a[0] - b[0])
  return uses.slice(0, MOST_USES).map(([use, i]) => {
    const { op, args, params } = tape.entry(use)
    const parts = adjoints.map((adjoint, p) => {
      const [gy, y] = [adjoint.get(use), points.values[p]?.[use]]
      const operands = args.map((a) => points.values[p]?.[a])
      if (gy === undefined || y === undefined || operands.some((o) => o === undefined)) return undefined
      return OPERATIONS[op]?.gradient(gy, operands as Tensor[], y, params)[i] ?? undefined
    })
    return { use, parts }
  })
}
