/** In which order the runs of a statement may be about the values of the forward pass. */

import type { Values } from '../tape/tape.ts'

/** In how many pieces a block goes backwards, each piece forwards in itself: 1 is the forward order, 0 all backwards. */
export const USUAL: readonly number[] = [0, 1]
export const RARE: readonly number[] = [2, 3, 4]
const MAX_TARGETS = 60

/**
 * Which forward value each run of a statement may be about. Runs come in blocks (all layers of a sample, all steps of a
 * sequence); within a block the backward pass goes the same way as the forward one or the other way round, and may
 * leave out the first or the last. What comes in the usual orders does not come again in the rare ones.
 * @param anySize whether a single run may be about a value of another size: one that lacks a matrix.
 */
export function* pairings(
  nodes: readonly number[],
  group: readonly number[],
  values: Values,
  anySize = false,
  orders = USUAL,
): Generator<number[]> {
  if (nodes.length === 1) {
    if (orders === RARE) return
    const [node] = nodes
    let left = MAX_TARGETS
    for (const target of group) {
      if (values[target] === undefined || node === undefined) continue
      if (values[target].data.length === values[node]?.data.length || group.length === 1 || anySize) {
        if (left-- > 0) yield [target]
      }
    }
    return
  }
  const blocks = blocksOf(nodes, group)
  if (blocks === undefined) return
  const seen = new Set<string>()
  for (const order of [...USUAL, ...RARE])
    for (const skip of [0, -1, 1]) {
      const out: number[] = []
      for (const block of blocks) {
        const short = block.targets.length - block.nodes.length
        if (short < 0) break
        const cut =
          skip === 0
            ? block.targets.slice(0)
            : skip < 0
              ? block.targets.slice(0, block.targets.length - short)
              : block.targets.slice(short)
        const ordered = inOrder(cut, order)
        block.nodes.forEach((_, i) => {
          out.push(ordered[i] ?? -1)
        })
      }
      const key = out.join()
      if (out.length !== nodes.length || seen.has(key)) continue
      seen.add(key)
      if (!orders.includes(order)) continue
      if (out.every((t, i) => values[t]?.data.length === values[nodes[i] ?? -1]?.data.length)) yield out
    }
}

function inOrder(targets: readonly number[], pieces: number): number[] {
  if (pieces === 0) return [...targets].reverse()
  const size = targets.length / pieces
  if (!Number.isInteger(size)) return [...targets]
  return Array.from({ length: pieces }, (_, i) => targets.slice((pieces - 1 - i) * size, (pieces - i) * size)).flat()
}

function blocksOf(
  nodes: readonly number[],
  group: readonly number[],
): { nodes: number[]; targets: number[] }[] | undefined {
  const blocks: { nodes: number[]; targets: number[] }[] = []
  let [i, j] = [0, 0]
  while (j < nodes.length) {
    const targets: number[] = []
    while (i < group.length && (group[i] as number) < (nodes[j] as number)) targets.push(group[i++] as number)
    const limit = group[i] ?? Number.POSITIVE_INFINITY
    const run: number[] = []
    while (j < nodes.length && (nodes[j] as number) < limit) run.push(nodes[j++] as number)
    if (run.length === 0 || targets.length < run.length) return undefined
    blocks.push({ nodes: run, targets })
  }
  return blocks
}
