/** Places buffers in one arena: two share bytes only when their lifetimes do not touch. */

import { known } from '../shared/index.ts'
import type { BufferId } from './kernel.ts'

/** Buffers start at multiples of this, in bytes: a cache line. */
export const ALIGNMENT_BYTES = 64

export interface Lifetime {
  readonly id: BufferId
  readonly sizeBytes: number
  /** Positions in the order of kernels, both included. */
  readonly first: number
  readonly last: number
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES

/** Offsets in bytes, the largest buffers placed first, each at the lowest place that is free throughout its life. */
export function placeBuffers(lifetimes: readonly Lifetime[]): { offsets: Map<BufferId, number>; arenaBytes: number } {
  /** By offset. */
  const placed: { offset: number; end: number; life: Lifetime }[] = []
  const bySize = [...lifetimes].sort((a, b) => b.sizeBytes - a.sizeBytes || a.id - b.id)
  for (const life of bySize) {
    const size = aligned(Math.max(life.sizeBytes, 1))
    let offset = 0
    for (const rival of placed) {
      if (offset + size <= rival.offset) break
      const meets = rival.life.first <= life.last && life.first <= rival.life.last
      if (meets) offset = Math.max(offset, rival.end)
    }
    insert(placed, { offset, end: offset + size, life })
  }
  const offsets = new Map(placed.map(({ offset, life }) => [life.id, offset]))
  return { offsets, arenaBytes: placed.reduce((end, block) => Math.max(end, known(block, 'a block').end), 0) }
}

/** Puts a block behind those that begin before it or with it. */
function insert<B extends { offset: number }>(placed: B[], block: B): void {
  let [low, high] = [0, placed.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((placed[middle]?.offset ?? 0) <= block.offset) low = middle + 1
    else high = middle
  }
  placed.splice(low, 0, block)
}
