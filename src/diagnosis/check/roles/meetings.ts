/** Where what is computed from the parameters meets data that is not: a prediction and its target. */

import type { Tape } from '../tape/tape.ts'
import { textOfSite } from '../trace/location.ts'
import { type Dependence, versionsRead } from './dependence.ts'
import { isScalar } from './losses.ts'

export interface Meeting {
  readonly site: number
  readonly prediction: number
  readonly target: number
  readonly node: number
}

const knownMeetings = new WeakMap<Dependence, readonly Meeting[]>()

/** The first places where something computed from the parameters meets data that is not. */
export function findMeetings(tape: Tape, dependence: Dependence): readonly Meeting[] {
  // Every region of a search asks for them again, and they need the source of each operation.
  const known = knownMeetings.get(dependence) ?? seekMeetings(tape, dependence)
  knownMeetings.set(dependence, known)
  return known
}

function seekMeetings(tape: Tape, dependence: Dependence): Meeting[] {
  const meetings = new Map<number, Meeting[]>()
  const behind = new Map<number, Meeting[]>()
  const note = (list: Map<number, Meeting[]>, node: number, pair: Pair | undefined) => {
    if (pair === undefined || dependence.cut.has(pair.prediction) || dependence.cut.has(node)) return
    if (pair.target >= 0 && isOfState(tape, dependence, pair.target)) return
    // One number for all elements is a constant of the formula.
    if (pair.target >= 0 && isScalar(tape, pair.target) && !isScalar(tape, pair.prediction)) return
    const { site } = tape.entry(node)
    const known = list.get(site) ?? []
    if (known.length < 2000) known.push({ site, node, ...pair })
    list.set(site, known)
  }
  for (let node = 0; node < tape.trace.nodes.length; node++) {
    if (dependence.depends[node] !== 1 || tape.aside[node] === 1) continue
    note(meetings, node, pairAt(tape, dependence, node))
    if (meetings.size === 0) note(behind, node, pairBehind(tape, dependence, node))
  }
  const groups = [...(meetings.size > 0 ? meetings : behind).values()].map((list) => ({
    list,
    reach: versionsRead(tape, dependence, list[0]?.prediction ?? 0).size,
  }))
  const most = Math.max(0, ...groups.map((g) => g.reach))
  return groups
    .filter((g) => g.reach === most && most >= Math.min(1, dependence.parameters.length))
    .slice(0, 6)
    .flatMap((g) => g.list)
}

/** Whether it is what an optimiser's state begins with, or a multiple of that: a step takes the gradient off it. */
function isOfState(tape: Tape, dependence: Dependence, node: number, depth = 0): boolean {
  if (dependence.past.has(node)) return !dependence.cut.has(node)
  return depth < MOST_FACTORS && tape.entry(node).args.some((a) => isOfState(tape, dependence, a, depth + 1))
}

const MOST_FACTORS = 3

type Pair = Pick<Meeting, 'prediction' | 'target'>

const isDifference = (op: string) => op === 'sub' || op === 'subtract'

/** p − t, t / p, or p with 1 taken off at the labels. */
function pairAt(tape: Tape, dependence: Dependence, node: number): Pair | undefined {
  const { op, args, site } = tape.entry(node)
  const [a, b] = args
  if (a === undefined || b === undefined) return undefined
  const depends = (n: number) => dependence.depends[n] === 1
  if (isDifference(op)) {
    if (depends(b) && !depends(a) && !operandIsWritten(tape, site, true)) return { prediction: b, target: a }
    if (depends(a) && !depends(b) && !operandIsWritten(tape, site, false)) return { prediction: a, target: b }
  } else if ((op === 'div' || op === 'divide') && depends(b) && !depends(a) && !operandIsWritten(tape, site, true)) {
    return { prediction: b, target: a }
  } else if (op === 'put') {
    const inner = tape.entry(b)
    const [source] = inner.args
    if (
      isDifference(inner.op) &&
      source !== undefined &&
      tape.entry(source).op === 'move' &&
      tape.entry(source).args[0] === a
    )
      return { prediction: a, target: -node }
  }
  return undefined
}

/** What a margin y·s is given to: 1 − y·s, y·s < 1, max(0, …), exp(−y·s). */
const OF_MARGINS = new Set([
  ...['sub', 'subtract', 'rsub', 'maximum', 'minimum', 'neg', 'negative', 'exp', 'logaddexp'],
  ...['less', 'less_equal', 'greater', 'greater_equal', 'lt', 'le', 'gt', 'ge'],
])

/** y·s, where a prediction meets labels of −1 and 1 in a product. */
export function findMargins(tape: Tape, dependence: Dependence): readonly Meeting[] {
  const found: Meeting[] = []
  for (let node = 0; node < tape.trace.nodes.length; node++) {
    const { op, args, site } = tape.entry(node)
    if ((op !== 'mul' && op !== 'multiply') || dependence.depends[node] !== 1 || tape.aside[node] === 1) continue
    const prediction = args.find((a) => dependence.depends[a] === 1 && !dependence.cut.has(a))
    const target = args.find((a) => dependence.depends[a] !== 1)
    if (prediction === undefined || target === undefined) continue
    if (isScalar(tape, target) && !isScalar(tape, prediction)) continue
    if (operandIsWritten(tape, site, true) || operandIsWritten(tape, site, false)) continue
    if (tape.readers(node).some((n) => OF_MARGINS.has(tape.entry(n).op))) found.push({ site, node, prediction, target })
  }
  const reach = found.map((m) => versionsRead(tape, dependence, m.prediction).size)
  const most = Math.max(1, ...reach)
  return found.filter((_, i) => reach[i] === most)
}

/** p − t·d, where the parentheses of (p − t)·d are misplaced: the target meets a derivative before the prediction. */
function pairBehind(tape: Tape, dependence: Dependence, node: number): Pair | undefined {
  const { op, args } = tape.entry(node)
  const [a, b] = args
  if (!isDifference(op) || a === undefined || b === undefined) return undefined
  const shape = (n: number) => tape.trace.nodes[n]?.shape.join()
  for (const [prediction, product] of [
    [a, b],
    [b, a],
  ] as const) {
    const target = factorsOf(tape, product).find(
      (n) => n !== product && dependence.depends[n] !== 1 && shape(n) === shape(prediction),
    )
    if (target !== undefined && dependence.depends[prediction] === 1 && dependence.depends[product] === 1)
      return { prediction, target }
  }
  return undefined
}

function factorsOf(tape: Tape, node: number, depth = 0): number[] {
  const { op, args } = tape.entry(node)
  const isProduct = (op === 'mul' || op === 'multiply') && depth < 4
  return isProduct ? args.flatMap((a) => factorsOf(tape, a, depth + 1)) : [node]
}

/** A number written in the expression itself is no target. */
function operandIsWritten(tape: Tape, site: number, left: boolean): boolean {
  const found = tape.trace.sites[site]
  if (found === undefined || found.endLine !== found.line) return false
  const span = textOfSite(tape.trace, found)
  if (left) return /^[\s(]*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*[-+*/,)]/i.test(span)
  if (found.kind === 'Call') return /,\s*(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*\)$/i.test(span)
  // The number at the end of `y - d.reshape(-1, 1)` is no operand.
  const [operand = ''] = /[-+*/]=?[\s(]*(\d+\.?\d*|\.\d+)(e[-+]?\d+)?[\s)]*$/i.exec(span) ?? []
  return operand !== '' && operand.split('(').length === operand.split(')').length
}
