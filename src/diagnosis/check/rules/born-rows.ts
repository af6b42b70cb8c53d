/** Rows that begin to be there as picks from a smaller array, `np.eye(k)[labels]`, and what is put into an order since. */

import type { Analysis } from '../analyse.ts'
import { loopsAround } from './blocks.ts'

const FEWEST = 4
const MOST_LABELS = 400

/** Values with a row for each sample that are picked by an index from a value with another number of rows. */
export function bornRows({ tape, points, dependence }: Analysis, node: number): number[] {
  const values = points.values[0] ?? []
  return [...tape.ancestors([node])].filter((n) => {
    const { op, args, params } = tape.entry(n)
    const [count = 0] = values[n]?.shape ?? []
    const from = values[args[0] ?? -1]?.shape ?? []
    const { index } = params
    if (op !== 'move' || args.length !== 1 || !Array.isArray(index) || dependence.depends[n] === 1) return false
    if (count < FEWEST || from.length !== values[n]?.shape.length || from[0] === count) return false
    const width = (values[n]?.data.length ?? 0) / count
    const rows = Array.from({ length: count }, (_, k) => Math.floor((index[k * width] ?? 0) / width))
    return !isPickedInOrder(tape, values, n, rows)
  })
}

/** Whether the labels that the rows are picked by had been put into an order of their own, as in `eye[y[order]]`. */
function isPickedInOrder(
  tape: Analysis['tape'],
  values: Analysis['points']['values'][number],
  node: number,
  rows: readonly number[],
): boolean {
  for (let at = node - 1; at >= Math.max(0, node - MOST_LABELS); at--) {
    const { index } = tape.entry(at).params
    const data = values[at]?.data
    if (tape.entry(at).op !== 'move' || !Array.isArray(index) || data?.length !== rows.length) continue
    const isOrdered = index.some((x, k) => k > 0 && x < index[k - 1])
    if (isOrdered && data.every((x, k) => x === rows[k])) return true
  }
  return false
}

/** Whether all that changes an order happens in loops that the rows were not made in: those stand while it is changed. */
export function isReorderedInside({ trace }: Analysis, moved: readonly number[], made: readonly number[]): boolean {
  const around = new Set(made.flatMap((node) => [...loopsAround(trace, node)]))
  return moved.length > 0 && moved.every((node) => [...loopsAround(trace, node)].some((loop) => !around.has(loop)))
}
