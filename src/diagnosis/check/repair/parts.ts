/**
 * The gradient of a value that is used several times, use by use: what each sample or time step adds to it. Order is
 * that of the forward pass. A view is one use, however often it is read.
 */

import type { Analysis } from '../analyse.ts'
import { MOVES } from '../roles/dependence.ts'
import { OPERATIONS } from '../tape/operations.ts'
import type { Tensor } from '../tape/tensor.ts'

export interface Part {
  readonly use: number
  /** At each point. */
  readonly parts: readonly (Tensor | undefined)[]
}

const MOST_USES = 400
/** Values that only hold another one, in a row of an array or as a part of one. */
const MOST_HOLDERS = 1000

type Adjoints = readonly ReadonlyMap<number, Tensor>[]

export function partsOf(analysis: Analysis, adjoints: Adjoints, node: number): Part[] {
  return usesOf(analysis, adjoints, node)
    .slice(0, MOST_USES)
    .map(([use, i]) => ({ use, parts: adjoints.map((a, p) => pulled(analysis, p, use, i, a.get(use))) }))
}

/** The same, with what only keeps the value (a row of an array, a view) followed to what computes with it. */
export function partsBehindMoves(analysis: Analysis, adjoints: Adjoints, node: number): Part[] {
  const { tape } = analysis
  const out: Part[] = []
  const queue: { holder: number; way: readonly (readonly [number, number])[] }[] = [{ holder: node, way: [] }]
  const seen = new Set([node])
  for (const { holder, way } of queue)
    for (const [use, i] of usesOf(analysis, adjoints, holder)) {
      const further = [[use, i] as const, ...way]
      if (MOVES.has(tape.entry(use).op)) {
        if (!seen.has(use) && seen.size < MOST_HOLDERS) queue.push({ holder: use, way: further })
        seen.add(use)
        continue
      }
      const parts = adjoints.map((adjoint, p) =>
        further.reduce<Tensor | undefined>((g, [at, k]) => pulled(analysis, p, at, k, g), adjoint.get(use)),
      )
      if (parts.some((x) => x?.data.some((v) => v !== 0) === true)) out.push({ use, parts })
      if (out.length >= MOST_USES) return out
    }
  return out.sort((a, b) => a.use - b.use)
}

/** Which operations read a value, and as which of their operands. */
function usesOf({ tape }: Analysis, adjoints: Adjoints, node: number): [use: number, operand: number][] {
  const [first] = adjoints
  const uses: [number, number][] = []
  for (const use of [...new Set(tape.readers(node))].sort((a, b) => a - b))
    if (first?.has(use) === true)
      tape.entry(use).args.forEach((arg, i) => {
        if (arg === node) uses.push([use, i])
      })
  return uses
}

/** What an operation asks of one operand when `gy` is asked of its result. */
function pulled({ tape, points }: Analysis, point: number, use: number, operand: number, gy: Tensor | undefined) {
  const { op, args, params } = tape.entry(use)
  const y = points.values[point]?.[use]
  const operands = args.map((a) => points.values[point]?.[a])
  if (gy === undefined || y === undefined || operands.some((o) => o === undefined)) return undefined
  return OPERATIONS[op]?.gradient(gy, operands as Tensor[], y, params)[operand] ?? undefined
}
