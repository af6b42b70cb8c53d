/**
 * Inputs that are shuffled in every round while the labels, which only say which output is looked at, stay as they are.
 * Such labels are never computed with: what they are is read off the elements that they pick.
 */

import type { Analysis } from '../analyse.ts'
import { holding } from '../roles/dependence.ts'
import { PRODUCTS } from '../roles/points.ts'
import { rowSequence, rowsOf } from './provenance.ts'
import { isInLoop, type ShuffledAlone } from './shuffled-alone.ts'

/** Samples whose labels are compared: with fewer, labels may agree by chance. */
const FEWEST = 8
const MOST_ORDERS = 3
const MOST_PICKS = 12

export function inputsShuffledAlone(analysis: Analysis): ShuffledAlone | undefined {
  const { tape, points } = analysis
  const values = points.values[0] ?? []
  for (const { node, order } of ordersIn(analysis).slice(0, MOST_ORDERS)) {
    const picked = picksFrom(analysis, node)
    const labels = [...values.keys()].filter((n) => n < node && isLabels(analysis, n, order.length))
    if (picked.length < FEWEST || labels.length === 0) continue
    const agree = (label: number, rowOf: (row: number) => number) =>
      picked.filter(({ row, label: seen }) => values[label]?.data[rowOf(row)] === seen).length
    if (labels.some((l) => agree(l, (row) => order[row] ?? -1) === picked.length)) continue
    const still = labels.find((l) => agree(l, (row) => row) === picked.length)
    if (still === undefined || new Set(picked.map((p) => p.label)).size < 2) continue
    const others = picked.length - agree(still, (row) => order[row] ?? -1)
    const moved = order.filter((x, k) => x !== k).length
    return {
      site: tape.entry(node).site,
      evidence: [
        `each round of the loop puts ${moved} of the ${order.length} inputs into other places, and the labels into none`,
        `of the first ${picked.length} samples that were traced, ${others} meet the label of another class`,
      ],
    }
  }
  return undefined
}

/** Values that are the rows of another in a new order, made in the loop. */
function ordersIn(analysis: Analysis): { node: number; order: number[] }[] {
  const { tape, points, dependence } = analysis
  const values = points.values[0] ?? []
  const found: { node: number; order: number[] }[] = []
  for (let node = 0; node < tape.trace.nodes.length; node++) {
    const { op, args, params, site } = tape.entry(node)
    const shape = values[node]?.shape ?? []
    const { index } = params
    if (op !== 'move' || args.length !== 1 || shape.length !== 2 || !Array.isArray(index)) continue
    if (dependence.depends[node] === 1 || site < 0 || !isInLoop(analysis, site)) continue
    const [count = 0, width = 1] = shape
    if (count < FEWEST || values[args[0] ?? -1]?.shape.join() !== shape.join()) continue
    const order = Array.from({ length: count }, (_, k) => Math.floor((index[k * width] as number) / width))
    if (new Set(order).size === count && order.some((x, k) => x !== k)) found.push({ node, order })
  }
  return found
}

/** Classes by number, in an array of its own. */
function isLabels({ tape, points, dependence }: Analysis, node: number, count: number): boolean {
  const value = points.values[0]?.[node]
  if (value?.shape.length !== 1 || value.data.length !== count || dependence.depends[node] === 1) return false
  return (
    /^[iu]/.test(tape.trace.nodes[node]?.dtype ?? '') &&
    value.data.every((x) => x >= 0) &&
    new Set(value.data).size < count
  )
}

/** `p[range(n), y]` for samples that come from `source`: which of its rows, and the column that is picked. */
function picksFrom(analysis: Analysis, source: number): { row: number; label: number }[] {
  const { tape, points, dependence } = analysis
  const values = points.values[0] ?? []
  const isParameter = holding(tape, dependence.cut)
  const out: { row: number; label: number }[] = []
  let seen = 0
  for (let node = source; node < tape.trace.nodes.length && seen < MOST_PICKS; node++) {
    const { op, args, params } = tape.entry(node)
    const [from = -1] = args
    const index = op === 'move' ? params.index : op === 'put' ? params.at : undefined
    const shape = values[from]?.shape
    if (!Array.isArray(index) || shape?.length !== 2 || index.length !== shape[0] || index.length < 2) continue
    const columns = shape[1] ?? 1
    if (columns < 2 || dependence.depends[from] !== 1 || index.some((flat, k) => Math.floor(flat / columns) !== k))
      continue
    const above = tape.ancestors([from], dependence.cut)
    if (!above.has(source)) continue
    seen++
    for (const made of above) {
      const { op: product, args: operands } = tape.entry(made)
      if (!PRODUCTS.has(product) || !operands.some((a) => isParameter[a] === 1)) continue
      const input = operands.find((a) => dependence.depends[a] !== 1)
      const rows = input === undefined ? undefined : rowsOf(tape, values, input, source, 0)
      const sequence = rows && rowSequence(rows, index.length)
      if (sequence === undefined) continue
      sequence.forEach((row, k) => void out.push({ row, label: (index[k] as number) % columns }))
      break
    }
  }
  return out
}
