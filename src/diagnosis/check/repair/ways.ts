/**
 * What is asked of a value by one of several ways: a state of a recurrent network by the next step and by its own
 * output, an input by the layer and by what skips it. A statement may carry back no more than one of them.
 */

import { partsOf } from './parts.ts'
import type { Pairing, Situation } from './situation.ts'

/** The gradients that runs of statements may be meant to compute. */
export interface Targets {
  /** Forward values by the expression that computed them, in order. */
  readonly groups: readonly (readonly number[])[]
  /** Parts of gradients by the expression that asks for them, in order of the forward pass. */
  readonly ways: readonly (readonly number[])[]
}

const MOST_RUNS = 200
const MOST_WAYS = 40

/** The parts of the gradients of values that the script holds and reads by several expressions. */
export function waysOf({ analysis, labels, region }: Situation): number[][] {
  const { tape, dependence } = analysis
  const sitesOf = new Map<number, Set<number>>()
  for (const use of labels.adjoints[0]?.keys() ?? [])
    for (const arg of tape.entry(use).args)
      if (dependence.depends[arg] === 1 && !dependence.cut.has(arg) && region.forward.has(arg))
        sitesOf.set(arg, (sitesOf.get(arg) ?? new Set()).add(tape.entry(use).site))
  const ways = new Map<string, number[]>()
  for (const [node, sites] of [...sitesOf].sort((a, b) => a[0] - b[0])) {
    if (sites.size < 2) continue
    for (const { use, parts } of partsOf(analysis, labels.adjoints, node)) {
      const key = `${tape.entry(node).site}:${tape.entry(node).op}:${tape.entry(use).site}`
      if (!ways.has(key) && ways.size >= MOST_WAYS) continue
      ways.set(key, [...(ways.get(key) ?? []), labels.part(node, parts)])
    }
  }
  return [...ways.values()].filter((way) => way.length <= MOST_RUNS)
}

/** Each run of a statement as one way's part, in the order of the forward pass or against it. */
export function* byWays(
  { labels, points }: Situation,
  ways: Targets['ways'],
  nodes: readonly number[],
  times: readonly number[] | undefined,
): Generator<Pairing> {
  if (nodes.length > MOST_RUNS) return
  const sizeOf = (node: number | undefined) => points[0]?.[node ?? -1]?.data.length
  for (const way of ways) {
    const count = Math.min(way.length, nodes.length)
    // The first or the last run may be about what is no variable: the state before the first step.
    if (count < nodes.length - 1) continue
    for (const from of nodes.length > count ? [0, 1] : [0])
      for (const targets of [way.slice(-count).reverse(), way.slice(0, count).reverse(), way.slice(0, count)]) {
        const own = nodes.slice(from, from + count)
        const fits = targets.every((target, i) => {
          const size = labels.gradient(target, 0)?.data.length
          return size !== undefined && (times !== undefined || size === sizeOf(own[i]))
        })
        if (fits) yield { nodes: own, targets, times: times?.slice(from, from + count), byUses: true }
      }
  }
}
