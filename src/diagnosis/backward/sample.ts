/** Which elements are compared one by one: all, or a grid of random rows and columns; the same for equal shapes. */

import type { RandomStream } from '../../shared/index.ts'

/** How many elements each of the sizes gets of `budget`, small ones first in full; at least `least` each. */
export function shares(sizes: readonly number[], budget: number, least: number): number[] {
  const order = sizes.map((size, at) => ({ size, at })).sort((a, b) => a.size - b.size)
  const given: number[] = []
  let left = budget
  for (const [done, { size, at }] of order.entries()) {
    const share = Math.min(size, Math.max(least, Math.floor(left / (order.length - done))))
    given[at] = share
    left = Math.max(0, left - share)
  }
  return given
}

function pick(random: RandomStream, from: number, count: number): number[] {
  const chosen = new Set<number>()
  if (count >= from) return Array.from({ length: from }, (_, at) => at)
  while (chosen.size < count) chosen.add(random.below(from))
  return [...chosen].sort((a, b) => a - b)
}

/**
 * At most `count` indices of an array. Of a matrix they are whole rows of a choice of columns, so that a factor by row or
 * by column shows; axes before the last are taken together.
 */
export function chooseElements(shape: readonly number[], count: number, random: RandomStream): number[] {
  const size = shape.reduce((product, n) => product * n, 1)
  if (count >= size) return Array.from({ length: size }, (_, at) => at)
  const columns = shape.at(-1) ?? 1
  const rows = size / columns
  if (rows === 1) return pick(random, size, count)
  const wide = Math.max(1, Math.min(columns, Math.round(Math.sqrt(count)), count))
  const high = Math.max(1, Math.min(rows, Math.floor(count / wide)))
  const across = pick(random, columns, Math.min(columns, Math.floor(count / high)))
  return pick(random, rows, high).flatMap((row) => across.map((column) => row * columns + column))
}

/** At most `count` of the indices, evenly. */
export function thinned(indices: readonly number[], count: number): number[] {
  if (indices.length <= count) return [...indices]
  return Array.from({ length: count }, (_, at) => indices[Math.floor((at * indices.length) / count)] as number)
}
