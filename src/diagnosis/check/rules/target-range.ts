/** Targets that the output cannot reach. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { callerOf } from '../repair/callers.ts'
import { PASSES } from '../roles/dependence.ts'
import { findMeetings, type Meeting } from '../roles/meetings.ts'
import { statementOf } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { headersOf, namedLast } from './blocks.ts'
import { short } from './trial.ts'

/** Of the targets' spread: so far beyond the output's range a target may lie without a word. */
const TOLERANCE = 0.02

export function targetRange(analysis: Analysis): Finding[] {
  const { best, points, tape } = analysis
  // Where they are subtracted: what is divided by a prediction may be a target with another sign.
  const meetings = findMeetings(tape, analysis.dependence).filter((m) =>
    ['sub', 'subtract'].includes(tape.entry(m.node).op),
  )
  const compared = new Map(meetings.map((m) => [`${m.prediction},${m.target}`, m]))
  const losses = analysis.judged.map((j) => j.measured.loss)
  const inferred = losses.find((l) => compared.has(`${l.prediction},${l.target}`))
  const meeting = compared.get(`${inferred?.prediction},${inferred?.target}`) ?? inBest(analysis, meetings)
  if (best === undefined || meeting === undefined) return []
  const range = boundsOf(analysis, meeting.prediction)
  if (range === undefined) return []
  // Plain Python compares one number at a time: all that the same expression compares, with an output of the same kind.
  const alike = meetings.filter((m) => m.site === meeting.site && boundsOf(analysis, m.prediction)?.name === range.name)
  const data = alike.flatMap((m) => [...(points.values[0]?.[m.target]?.data.slice(0, 100_000 / alike.length) ?? [])])
  if (data.length === 0) return []
  const [low, high] = data.reduce(([l, h], x) => [Math.min(l, x), Math.max(h, x)], [Infinity, -Infinity])
  const slack = TOLERANCE * (high - low) + 1e-9
  if (low >= range.low - slack && high <= range.high + slack) return []
  const reach = range.high === Number.POSITIVE_INFINITY ? `${range.low} upwards` : `${range.low} to ${range.high}`
  const outside = data.filter((t) => t < range.low || t > range.high).length
  return findingAt(analysis, {
    kind: 'target-range',
    site: placeOf(analysis, meeting, high - low, range),
    message: `the targets reach from ${short(low)} to ${short(high)}, the output only from ${reach}`,
    expected: `targets from ${reach}, or an output without that bound`,
    received: `targets from ${short(low)} to ${short(high)}`,
    evidence: [`the output is a ${range.name}`, `${outside} of ${data.length} targets lie outside its range`],
  })
}

/** What is off: the scale of pictures that are their own targets, the labels of a loss that asks for shares, else the activation. */
function placeOf(analysis: Analysis, meeting: Meeting, spread: number, range: Bounds): number {
  const data =
    madeFromInputs(analysis, meeting, spread, range) ??
    (asksForShares(analysis) ? namedFirst(analysis, meeting.target) : undefined)
  return data ?? appliedAt(analysis, meeting.prediction)
}

/** Whether the loss takes the logarithm of outputs from 0 to 1: such a loss asks for targets that are shares, too. */
function asksForShares(analysis: Analysis): boolean {
  const { best, tape, dependence } = analysis
  const terms = best?.consistent === true ? (best.measured.loss.steps[0]?.terms ?? []) : []
  const inside = tape.ancestors(
    terms.map(([n]) => n),
    dependence.cut,
  )
  const isShare = (node: number): boolean => {
    if (dependence.depends[node] !== 1 || dependence.cut.has(node)) return false
    const { op, args } = tape.entry(node)
    return boundsOf(analysis, node)?.high === 1 || (KEPT_IN.has(op) && args.some(isShare))
  }
  return [...inside].some((n) => tape.entry(n).op === 'log' && isShare(tape.entry(n).args[0] ?? n))
}

/** What keeps an output off 0 and 1. */
const KEPT_IN = new Set(['clip', 'maximum', 'minimum', 'add', 'view', 'move', 'copy'])

/** The statement that first gave a value a name, or what it was copied or cut from. */
export function namedFirst({ tape, trace }: Analysis, value: number): number | undefined {
  let found: number | undefined
  for (let node = value; node >= 0; node = PASSES.has(tape.entry(node).op) ? (tape.entry(node).args[0] ?? -1) : -1) {
    const store = trace.events.find((e) => e.kind === 'store' && e.place === 'name' && e.node === node)
    if (store?.kind === 'store') found = statementOf(trace, store.site)
  }
  return found
}

/** Where an activation is applied: of a function for any layer, the call that makes the output with it; a layer's method is its own. */
function appliedAt(analysis: Analysis, node: number): number {
  const { trace, tape } = analysis
  const { site } = tape.entry(node)
  const own = trace.sites[site]
  const above = own === undefined ? [] : (trace.sources.get(own.file)?.split('\n').slice(0, own.line) ?? [])
  const head = above.findLast((line) => new RegExp(`\\bdef ${own?.function}\\s*\\(`).test(line))
  const isMethod = head !== undefined && /\(\s*self\b/.test(head)
  const caller = head === undefined ? -1 : isMethod ? madeOnce(analysis, own) : callerOf(analysis, node)
  return caller < 0 ? site : caller
}

/** The one call that makes an object of a method's class, among others: the layer was chosen there. A network as a whole was not. */
function madeOnce({ trace }: Analysis, own: Site | undefined): number {
  const lines = trace.sources.get(own?.file ?? '')?.split('\n') ?? []
  const above = own === undefined ? [] : headersOf(lines, own.line - 1).map((h) => lines[h] ?? '')
  const name = above.map((line) => /^\s*class (\w+)/.exec(line)?.[1]).find((found) => found !== undefined)
  const makes = new RegExp(`(?<!class )\\b${name}\\(`)
  const found = trace.sites.flatMap(({ file, line, kind }, site) =>
    name !== undefined && kind === 'Call' && makes.test(trace.sources.get(file)?.split('\n')[line - 1] ?? '')
      ? [site]
      : [],
  )
  const isWhole = ({ file, line }: Site) =>
    new RegExp(`^\\s*\\w+\\s*=\\s*${name}\\(`).test(trace.sources.get(file)?.split('\n')[line - 1] ?? '')
  if (found.some((site) => isWhole(trace.sites[site] as Site))) return -1
  const places = new Set(found.map((site) => `${trace.sites[site]?.file}:${trace.sites[site]?.line}`))
  return places.size === 1 ? (found[0] ?? -1) : -1
}

/** Targets that spread this many times as wide as the output are of another scale. */
const OTHER_SCALE = 3

/** Where inputs that are the targets as well got their name, which an autoencoder's pictures have: their scale is what is off. */
function madeFromInputs(analysis: Analysis, { target, prediction }: Meeting, spread: number, range: Bounds) {
  const { tape, trace, dependence } = analysis
  if (!Number.isFinite(range.high) || spread < OTHER_SCALE * (range.high - range.low)) return undefined
  const inputs = tape.ancestors([prediction], dependence.cut)
  let named: number | undefined
  for (let node = target; node >= 0; node = PASSES.has(tape.entry(node).op) ? (tape.entry(node).args[0] ?? -1) : -1) {
    const store = inputs.has(node) ? namedLast(trace, node) : undefined
    if (store?.kind === 'store' && trace.sites[store.site]?.kind === 'Assign') named ??= store.site
  }
  return named
}

/** The comparison that the loss is made of, where it is many comparisons of numbers. */
function inBest({ best, tape, dependence }: Analysis, meetings: readonly Meeting[]): Meeting | undefined {
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  const inside = tape.ancestors(terms, dependence.cut)
  return meetings.find((m) => m.target >= 0 && inside.has(m.node) && inside.has(m.prediction))
}

interface Bounds {
  readonly low: number
  readonly high: number
  readonly name: string
}

const SIGMOID: Bounds = { low: 0, high: 1, name: 'sigmoid' }
const RELU: Bounds = { low: 0, high: Number.POSITIVE_INFINITY, name: 'ReLU' }

function boundsOf(analysis: Analysis, node: number): Bounds | undefined {
  const { tape, points } = analysis
  const { op, args } = tape.entry(node)
  const [a, b] = args
  const value = (n: number | undefined) => points.values[0]?.[n ?? -1]
  const isConstant = (n: number | undefined, x: number) => value(n)?.data.length === 1 && value(n)?.data[0] === x
  if (op === 'view' || op === 'copy') return a === undefined ? undefined : boundsOf(analysis, a)
  if (op === 'tanh') return { low: -1, high: 1, name: 'tanh' }
  if (op === 'expit') return SIGMOID
  if (['maximum', 'fmax'].includes(op) && (isConstant(a, 0) || isConstant(b, 0))) return RELU
  if (['mul', 'multiply'].includes(op) && [a, b].some((n, i) => isMaskOf(analysis, n, [a, b][1 - i]))) return RELU
  if (op === 'where' && isMaskOf(analysis, a, b) && isConstant(args[2], 0)) return RELU
  if (op !== 'div' && op !== 'divide') return undefined
  const below = tape.entry(b ?? node)
  if (isConstant(a, 1) && below.op === 'add' && below.args.some((x) => tape.entry(x).op === 'exp')) return SIGMOID
  const above = tape.entry(a ?? node)
  if (above.op !== 'exp') return undefined
  if (below.op === 'add' && below.args.includes(a ?? -1)) return SIGMOID
  return below.op === 'sum' && below.args[0] === a ? { low: 0, high: 1, name: 'softmax' } : undefined
}

/** `z > 0`, of this z. */
function isMaskOf(analysis: Analysis, mask: number | undefined, z: number | undefined): boolean {
  if (mask === undefined || z === undefined) return false
  const entry = analysis.tape.entry(mask)
  return ['greater', 'greater_equal'].includes(entry.op) && entry.args[0] === z
}
