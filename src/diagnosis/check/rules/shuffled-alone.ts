/**
 * Targets that are shuffled in every round while the inputs stay in their order: from round to round a sample is paired
 * with another's target, so that in all rounds but one at most it is the wrong one.
 */

import type { Analysis } from '../analyse.ts'
import { holding, MOVES } from '../roles/dependence.ts'
import { PRODUCTS } from '../roles/points.ts'
import type { TraceEvent } from '../trace/trace.ts'

type Shuffle = Extract<TraceEvent, { kind: 'shuffle' }>

const FEWEST = 4
const MAX_NODES = 20_000

export interface ShuffledAlone {
  readonly site: number
  readonly evidence: readonly string[]
}

export function shuffledAlone(analysis: Analysis): ShuffledAlone | undefined {
  const { trace } = analysis
  const shuffles = trace.events.filter((e): e is Shuffle => e.kind === 'shuffle')
  for (const [i, shuffle] of shuffles.entries()) {
    const { site, order } = shuffle
    const again = shuffles.filter((s) => s.site === site)
    if (shuffles.findIndex((s) => s.site === site) !== i || order.length < FEWEST) continue
    if (order.every((x, k) => x === k) || !(again.length > 1 || isInLoop(analysis, site))) continue
    if (shuffles.some((s) => s.site !== site && isSame(s.order, order))) continue
    const nodes = heldBy(analysis, shuffle)
    if (nodes.size === 0 || isIndexList(analysis, nodes, order.length)) continue
    const input = inputInOrder(analysis, nodes, shuffle)
    if (input === undefined || !isTarget(analysis, nodes)) continue
    const moved = order.filter((x, k) => x !== k).length
    return {
      site,
      evidence: [
        `each round of the loop puts ${moved} of the ${order.length} targets into other places, and the inputs${input} into none`,
        `in the first round target ${(order[0] ?? 0) + 1} meets input 1`,
      ],
    }
  }
  return undefined
}

export function isInLoop({ trace }: Analysis, site: number): boolean {
  const [loop, own] = [trace.sites[trace.home ?? -1], trace.sites[site]]
  return loop !== undefined && own?.file === loop.file && loop.line < own.line && own.line <= loop.endLine
}

const isSame = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((x, k) => x === b[k])

/** The values that were shuffled, as nodes: an array's content after it, or a list's elements. */
function heldBy({ trace, tape }: Analysis, shuffle: Shuffle): Set<number> {
  const nodes = new Set<number>()
  for (let node = shuffle.time; node >= Math.max(0, shuffle.time - 2); node--)
    if (node < tape.length && tape.entry(node).op === 'move' && tape.entry(node).site === shuffle.site) nodes.add(node)
  if (nodes.size > 0) return nodes
  for (const event of trace.events)
    if (event.kind === 'store' && event.place === 'item' && event.owner === shuffle.container) nodes.add(event.node)
  return nodes
}

/** 0, 1, 2, … in some order: which samples come next, and no targets. */
function isIndexList({ points }: Analysis, nodes: ReadonlySet<number>, count: number): boolean {
  const data = [...nodes].flatMap((n) => [...(points.values[0]?.[n]?.data ?? [])])
  return data.length === count && new Set(data).size === count && data.every((x) => Number.isInteger(x) && x >= 0)
}

/** An input with a row for each of the shuffled values, that was there before and is never shuffled; '' or its name. */
function inputInOrder(analysis: Analysis, nodes: ReadonlySet<number>, shuffle: Shuffle): string | undefined {
  const { points, trace, tape } = analysis
  const isFrom = holding(tape, nodes)
  const others = trace.events.filter((e): e is Shuffle => e.kind === 'shuffle' && e.site !== shuffle.site)
  const lists = new Set(others.map((e) => e.container))
  const moved = tape.ancestors(others.flatMap((e) => [...heldBy(analysis, e)]))
  for (const node of [...points.inputs, ...factorsOf(analysis)]) {
    const shape = points.values[0]?.[node]?.shape ?? []
    if (isFrom[node] === 1 || moved.has(node) || !shape.includes(shuffle.order.length)) continue
    const place = trace.events.find((e) => e.kind === 'store' && e.node === node)
    if (place?.kind === 'store' && place.place === 'item' && lists.has(place.owner as number)) continue
    return place?.kind === 'store' && place.place === 'name' ? ` ${place.key}` : ''
  }
  return undefined
}

/** What is multiplied with a parameter, whole or in part: inputs that are computed. */
function factorsOf({ tape, dependence }: Analysis): number[] {
  const isParameter = holding(tape, dependence.cut)
  const found = new Set<number>()
  const last = Math.min(tape.trace.nodes.length, MAX_NODES)
  for (let node = 0; node < last; node++) {
    const { op, args } = tape.entry(node)
    if (!PRODUCTS.has(op) || !args.some((a) => isParameter[a] === 1)) continue
    for (let arg of args.filter((a) => dependence.depends[a] !== 1)) {
      found.add(arg)
      for (let depth = 0; depth < 4 && MOVES.has(tape.entry(arg).op); depth++) {
        arg = tape.entry(arg).args[0] ?? arg
        found.add(arg)
      }
    }
  }
  return [...found]
}

/** Whether values reach the loss (or say which output is looked at) without meeting a parameter on their way. */
function isTarget(analysis: Analysis, nodes: ReadonlySet<number>): boolean {
  const { tape, dependence, judged } = analysis
  const first = Math.min(...nodes)
  const end = Math.min(tape.trace.nodes.length, first + MAX_NODES)
  const isParameter = holding(tape, dependence.cut)
  const reached = new Set(nodes)
  for (let node = first + 1; node < end; node++) {
    const { args } = tape.entry(node)
    if (!args.some((a) => reached.has(a))) continue
    // An update that is computed from the targets is no forward pass any more.
    if (dependence.cut.has(node)) continue
    reached.add(node)
  }
  const forward = new Set<number>()
  for (const { measured } of judged)
    for (const { terms } of measured.loss.steps)
      for (const node of tape.ancestors(
        terms.map(([n]) => n),
        dependence.cut,
      ))
        forward.add(node)
  let meets = false
  for (const node of forward) {
    if (!reached.has(node)) continue
    const { args } = tape.entry(node)
    if (args.some((a) => isParameter[a] === 1)) return false
    meets ||= dependence.depends[node] === 1
  }
  return meets || picksOutputs(analysis, nodes, end)
}

/** `p[range(n), y]`: an integer of each sample picks one of its outputs. */
function picksOutputs({ tape, points }: Analysis, nodes: ReadonlySet<number>, end: number): boolean {
  const values = points.values[0] ?? []
  const labels = [...nodes].filter((n) => values[n]?.data.every((x) => Number.isInteger(x) && x >= 0))
  const held = new Set(labels)
  for (let node = Math.min(...nodes); node < end; node++) {
    const { op, args, params } = tape.entry(node)
    if ((op === 'move' || op === 'view' || op === 'copy') && args.some((a) => held.has(a))) held.add(node)
    const index = op === 'move' ? params.index : op === 'put' ? params.at : undefined
    const shape = values[args[0] ?? -1]?.shape
    if (!Array.isArray(index) || shape?.length !== 2 || index.length < FEWEST) continue
    const [rows = 1, columns = 1] = shape
    if (rows < 2 || columns < 2) continue
    for (const label of held) {
      const data = values[label]?.data
      if (data?.length !== index.length || data.every((x) => x === data[0])) continue
      const fits = (of: (flat: number, k: number) => number) => data.every((x, k) => of(index[k], k) === x)
      const isRow = fits((flat, k) => (Math.floor(flat / columns) === k ? flat % columns : -1))
      if (isRow || fits((flat, k) => (flat % columns === k ? Math.floor(flat / columns) : -1))) return true
    }
  }
  return false
}
