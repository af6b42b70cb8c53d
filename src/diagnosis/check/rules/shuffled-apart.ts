/** Inputs and targets that no longer belong together: one was put into another order than the other. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { holding } from '../roles/dependence.ts'
import { findMeetings } from '../roles/meetings.ts'
import type { Tape } from '../tape/tape.ts'
import type { Finding } from '../types.ts'
import { bornRows, isReorderedInside } from './born-rows.ts'
import { labelsApart } from './labels-apart.ts'
import { dataFactors, rowSequence, rowsOf } from './provenance.ts'
import { shuffledAlone } from './shuffled-alone.ts'
import { inputsShuffledAlone } from './shuffled-inputs.ts'

const MAX_MEETINGS = 12
const MAX_ELEMENTS = 200_000

export function shuffledApart(analysis: Analysis): Finding[] {
  const alone = shuffledAlone(analysis) ?? inputsShuffledAlone(analysis)
  if (alone !== undefined) return ordersApart(analysis, alone.site, alone.evidence)
  const labels = labelsApart(analysis)
  if (labels !== undefined)
    return ordersApart(analysis, analysis.tape.entry(Math.max(...labels.moves)).site, [
      `${labels.wrong} of the ${labels.seen} samples that were traced have another's label`,
    ])
  const byData = fromProvenance(analysis)
  if (byData.length > 0) return byData
  const byLists = fromShuffles(analysis)
  return byLists.length > 0 ? byLists : fromPermutations(analysis)
}

/** Rows of inputs and of targets that were each put into an order once, as many of the one as of the other, and not into the same. */
function fromPermutations(analysis: Analysis): Finding[] {
  const { tape, dependence } = analysis
  for (const { prediction, target } of findMeetings(tape, dependence).slice(0, MAX_MEETINGS)) {
    if (target < 0) continue
    const theirs = permutationsOf(analysis, target)
    for (const input of theirs.size > 0 ? inputsOf(analysis, prediction) : [])
      for (const [count, ours] of permutationsOf(analysis, input)) {
        const other = theirs.get(count)
        if (ours === undefined || other === undefined) continue
        const at = ours.order.findIndex((row, i) => row !== other.order[i])
        if (at < 0) continue
        const site = tape.entry(Math.max(ours.node, other.node)).site
        return ordersApart(analysis, site, [
          `of ${count} samples row ${at + 1} holds the inputs of row ${(ours.order[at] ?? 0) + 1} and the targets of row ${(other.order[at] ?? 0) + 1}`,
        ])
      }
  }
  return []
}

interface Permutation {
  readonly node: number
  readonly order: readonly number[]
}

/** By their number the orders that whole rows are in on the way to a value; undefined where it is more than one. */
function permutationsOf({ tape, trace }: Analysis, node: number): Map<number, Permutation | undefined> {
  const found = new Map<number, Permutation | undefined>()
  for (const at of tape.ancestors([node])) {
    const { op, args, params } = tape.entry(at)
    const index = params.index as number[] | undefined
    const count = trace.nodes[args[0] ?? -1]?.shape[0] ?? 0
    if (op !== 'move' || args.length !== 1 || count < LEAST_WINDOWS || index === undefined) continue
    const width = index.length / count
    if (!Number.isInteger(width) || !changesOrder(tape, at)) continue
    const order = Array.from({ length: count }, (_, row) => Math.floor((index[row * width] ?? 0) / width))
    const isWhole = index.every((from, i) => from === (order[Math.floor(i / width)] ?? -1) * width + (i % width))
    if (!isWhole || new Set(order).size < count) continue
    found.set(count, found.has(count) ? undefined : { node: at, order })
  }
  return found
}

/** A node that a parameter multiplies on the way to a prediction, with the leaves that it may come from. */
function inputsOf({ tape, dependence }: Analysis, prediction: number): number[] {
  const found = dataFactors(tape, dependence, tape.ancestors([prediction], dependence.cut))
  return found.sort((a, b) => a - b).slice(0, 4)
}

function fromProvenance(analysis: Analysis): Finding[] {
  const { tape, dependence, points } = analysis
  const values = points.values[0]
  if (values === undefined) return []
  for (const meeting of findMeetings(tape, dependence).slice(0, MAX_MEETINGS)) {
    if (meeting.target < 0) continue
    const target = values[meeting.target]
    if (target === undefined || target.data.length > MAX_ELEMENTS) continue
    for (const input of inputsOf(analysis, meeting.prediction)) {
      if ((values[input]?.data.length ?? MAX_ELEMENTS + 1) > MAX_ELEMENTS) continue
      const apart = compare(analysis, input, meeting.target) ?? standingApart(analysis, input, meeting.target)
      if (apart === undefined) continue
      const at = apart.rows.findIndex((r, i) => r !== apart.others[i])
      const site = lastReordering(analysis, [meeting.target, input])
      if (site < 0) continue
      return ordersApart(analysis, site, [
        `in the first batch that was traced, sample ${at + 1} has row ${(apart.rows[at] ?? 0) + 1} of the inputs and row ${(apart.others[at] ?? 0) + 1} of the targets`,
        `${apart.rows.filter((r, i) => r !== apart.others[i]).length} of ${apart.rows.length} samples have another's target`,
      ])
    }
  }
  return []
}

interface Apart {
  readonly rows: number[]
  readonly others: number[]
}

function leavesOf({ tape, points }: Analysis, node: number): number[] {
  return [...tape.ancestors([node])].filter(
    (n) => tape.entry(n).op === 'leaf' && (points.values[0]?.[n]?.data.length ?? 0) > 3,
  )
}

function compare(analysis: Analysis, input: number, target: number): Apart | undefined {
  return compareFrom(analysis, input, target, leavesOf(analysis, input), leavesOf(analysis, target))
}

/** The same where no data have a row for each sample but those that are made of fewer: one row for each class, say. */
function standingApart(analysis: Analysis, input: number, target: number): Apart | undefined {
  const [ours, theirs] = [bornRows(analysis, input), bornRows(analysis, target)]
  if (ours.length + theirs.length === 0) return undefined
  const values = analysis.points.values[0] ?? []
  const isPair = (x: number, t: number, { rows, others }: Apart) => {
    if (!(ours.includes(x) || theirs.includes(t))) return false
    // Who has the target of another of the same class has the right one.
    const width = (values[t]?.data.length ?? 0) / (values[t]?.shape[0] ?? 1)
    const rowAt = (row: number) => values[t]?.data.slice(row * width, (row + 1) * width).join()
    if (rows.every((r, i) => rowAt(r) === rowAt(others[i] ?? -1))) return false
    const moved = reorderings(analysis, [input, target]).filter((n) => n > Math.max(x, t))
    return isReorderedInside(analysis, moved, [x, t])
  }
  const [sources, goals] = [
    [...leavesOf(analysis, input), ...ours],
    [...leavesOf(analysis, target), ...theirs],
  ]
  return compareFrom(analysis, input, target, sources, goals, isPair)
}

function compareFrom(
  analysis: Analysis,
  input: number,
  target: number,
  sources: readonly number[],
  goals: readonly number[],
  isPair?: (x: number, t: number, apart: Apart) => boolean,
): Apart | undefined {
  const { tape, points } = analysis
  const shapeOf = (leaf: number) => points.values[0]?.[leaf]?.shape ?? []
  const isBetween = (node: number, after: number, before: number) =>
    [...tape.ancestors([node])].some((n) => n > after && n < before && changesOrder(tape, n))
  const targetOrders = ordersAt(analysis, target)
  const inputOrders = ordersAt(analysis, input)
  for (const x of sources) {
    for (const t of goals) {
      for (const [a, n] of shapeOf(x).entries()) {
        const b = shapeOf(t).indexOf(n)
        if (n < 4 || b < 0 || (isPair !== undefined && (a > 0 || b > 0))) continue
        const rows = inputOrders(x, a)
        const others = rows.length > 0 ? targetOrders(t, b) : []
        for (const { samples, order } of rows) {
          const other = others.find((o) => o.samples === samples)
          const found = other && { rows: order, others: other.order }
          if (found === undefined) continue
          // What came up after the other had been put into an order may have been made in it: `x = x[order]; y = sort(y)`.
          const isFault = isApart(found) && !isBetween(input, x, t) && !isBetween(target, t, x)
          if (isPair === undefined) return isFault ? found : undefined
          if (isFault && isPair(x, t, found)) return found
        }
      }
    }
  }
  return undefined
}

interface Order {
  readonly samples: number
  readonly order: number[]
}

/** For a leaf and one of its axes: in which order a value has its rows, as one sequence for each size that it can be read with. */
function ordersAt({ tape, points }: Analysis, node: number): (leaf: number, axis: number) => Order[] {
  const known = new Map<string, Order[]>()
  const seek = (leaf: number, axis: number) => {
    const rows = rowsOf(tape, points.values[0] ?? [], node, leaf, axis)
    const counts = rows === undefined ? [] : [...new Set([...rows.shape, 1])].sort((p, q) => q - p)
    return counts.flatMap((samples): Order[] => {
      const order = rows && rowSequence(rows, samples)
      return order === undefined ? [] : [{ samples, order }]
    })
  }
  return (leaf, axis) => {
    const key = `${leaf} ${axis}`
    const found = known.get(key) ?? seek(leaf, axis)
    known.set(key, found)
    return found
  }
}

function changesOrder(tape: Tape, node: number): boolean {
  const { op, params, site } = tape.entry(node)
  const index = params.index
  return op === 'move' && site >= 0 && Array.isArray(index) && index.some((x, k) => k > 0 && x < index[k - 1])
}

/** Not where the targets lie a fixed way ahead of the inputs, as in windows of a time series. */
function isApart({ rows, others }: { readonly rows: readonly number[]; readonly others: readonly number[] }): boolean {
  const ahead = rows.length >= LEAST_WINDOWS ? (others[0] ?? 0) - (rows[0] ?? 0) : 0
  return rows.some((r, i) => (others[i] ?? 0) - r !== ahead)
}

/** So many samples are not all moved by the same number of places by chance. */
const LEAST_WINDOWS = 4

/** The operations that changed an order on the way to these values. */
function reorderings({ tape }: Analysis, nodes: readonly number[]): number[] {
  return [...tape.ancestors(nodes)].filter((n) => changesOrder(tape, n))
}

/** The last of them. */
function lastReordering(analysis: Analysis, nodes: readonly number[]): number {
  const shuffles = reorderings(analysis, nodes)
  return shuffles.length === 0 ? -1 : analysis.tape.entry(Math.max(...shuffles)).site
}

/** Two lists (or arrays) of one length, shuffled one after the other into different orders, where both are used. */
function fromShuffles(analysis: Analysis): Finding[] {
  const { events, sites } = analysis.trace
  const shuffles = events.filter((e) => e.kind === 'shuffle')
  for (const [i, second] of shuffles.entries()) {
    const first = shuffles[i - 1]
    if (first === undefined || first.container === second.container || first.order.length !== second.order.length)
      continue
    const [a, b] = [sites[first.site], sites[second.site]]
    if (a === undefined || b === undefined || a.file !== b.file || a.function !== b.function) continue
    if (Math.abs(b.line - a.line) > 2 || first.order.every((x, k) => x === second.order[k])) continue
    const [x, y] = [roleOf(analysis, first.container), roleOf(analysis, second.container)]
    if (x === undefined || y === undefined || x === y) continue
    return ordersApart(analysis, second.site, [
      `line ${a.line} put element ${(first.order[0] ?? 0) + 1} first, line ${b.line} element ${(second.order[0] ?? 0) + 1}`,
    ])
  }
  return []
}

/** Whether a list holds inputs or targets, as its elements are used. */
function roleOf(analysis: Analysis, container: number): 'inputs' | 'targets' | undefined {
  const { trace, tape, dependence, points } = analysis
  const inside = new Set([container])
  const nodes = new Set<number>()
  for (const event of trace.events) {
    if (event.kind === 'bind' && event.place === 'item' && inside.has(event.owner as number))
      inside.add(event.container)
    if (event.kind === 'store' && event.place === 'item' && inside.has(event.owner as number)) nodes.add(event.node)
    if (event.kind === 'write' && event.container === container) nodes.add(event.node)
  }
  const meetings = findMeetings(tape, dependence)
  const isFrom = holding(tape, nodes)
  if (meetings.some((m) => m.target >= 0 && isFrom[m.target] === 1)) return 'targets'
  if ([...points.inputs].some((n) => nodes.has(n))) return 'inputs'
  const used: number[] = []
  for (const { prediction } of meetings) if (used.length < 12) used.push(...inputsOf(analysis, prediction))
  return used.slice(0, 12).some((n) => isFrom[n] === 1) ? 'inputs' : undefined
}

export function ordersApart(analysis: Analysis, site: number, evidence: readonly string[]): Finding[] {
  return findingAt(analysis, {
    kind: 'shuffled-apart',
    site,
    message: 'the inputs and the targets are put into different orders: samples are trained on the targets of others',
    expected: 'one order for both: order = np.random.permutation(n), then inputs[order] and targets[order]',
    received: 'an order of its own for each',
    evidence,
  })
}
