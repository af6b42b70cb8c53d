/**
 * What is asked of a value by one of several ways: a state of a recurrent network by the next step and by its own
 * output, an input by the layer and by what skips it. A statement may carry back no more than one of them.
 */

import { add, type Tensor } from '../tape/tensor.ts'
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
const MOST_WAYS = 60

/** The parts of the gradients of values that the script holds and reads by several expressions. */
export function waysOf({ analysis, labels, region, points }: Situation): number[][] {
  const { tape, dependence } = analysis
  const sitesOf = new Map<number, Set<number>>()
  for (const use of labels.adjoints[0]?.keys() ?? [])
    for (const arg of tape.entry(use).args)
      if (dependence.depends[arg] === 1 && !dependence.cut.has(arg) && region.forward.has(arg))
        sitesOf.set(arg, (sitesOf.get(arg) ?? new Set()).add(tape.entry(use).site))
  const ways = new Map<string, number[]>()
  for (const [node, sites] of [...sitesOf].sort((a, b) => a[0] - b[0])) {
    if (sites.size < 2) continue
    const all = partsOf(analysis, labels.adjoints, node)
    const own = `${tape.entry(node).site}:${tape.entry(node).op}`
    const keep = (key: string, parts: readonly (Tensor | undefined)[]) => {
      if (!ways.has(key) && ways.size >= MOST_WAYS) return
      ways.set(key, [...(ways.get(key) ?? []), labels.part(node, parts)])
    }
    for (const { use, parts } of all) keep(`${own}:${tape.entry(use).site}`, parts)
    // What a gated state is asked for by the next step is all but what its output is asked for.
    if (sites.size < 3) continue
    for (const site of sites) {
      const others = all.filter(({ use }) => tape.entry(use).site !== site)
      const sums = points.map((_, p) => others.map(({ parts }) => parts[p]).reduce((a, b) => a && b && add(a, b)))
      keep(`${own}:but ${site}`, sums)
    }
  }
  return [...ways.values()].filter((way) => way.length <= MOST_RUNS)
}

/**
 * The rows (or the columns) of gradients, for backward passes that go through the samples one by one where the forward
 * pass took them all together. Of as many rows as some statement has runs.
 */
export function rowsOf({ analysis, labels, region }: Situation): number[][] {
  const { tape } = analysis
  const runs = new Set(region.statements.flatMap((s) => (s.signal && s.outputs.length > 1 ? [s.outputs.length] : [])))
  const out: number[][] = []
  for (const [node, { shape }] of labels.adjoints[0] ?? []) {
    const [rows = 0, columns = 0] = shape
    if (shape.length !== 2 || tape.entry(node).site < 0 || out.length >= MOST_WAYS) continue
    for (const [count, size, at] of [
      [rows, columns, (i: number, k: number) => i * columns + k],
      [columns, rows, (i: number, k: number) => k * columns + i],
    ] as const) {
      if (count < 2 || count > MOST_RUNS || !runs.has(count)) continue
      const row = (i: number) =>
        labels.adjoints.map((a): Tensor | undefined => {
          const whole = a.get(node)?.data
          return (
            whole && { shape: [size], data: Float64Array.from({ length: size }, (_, k) => whole[at(i, k)] as number) }
          )
        })
      out.push(Array.from({ length: count }, (_, i) => labels.part(node, row(i))))
    }
  }
  return out
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
