/**
 * Candidates for what the network is trained on: scalars that the script states (prints, keeps, returns, or stores
 * under a loss's name), and standard losses inferred from the first place where a prediction meets a target.
 */

import type { Tape, Values } from '../tape/tape.ts'
import { scalar, tensor } from '../tape/tensor.ts'
import { textOfSite } from '../trace/location.ts'
import { type Dependence, versionsRead } from './dependence.ts'
import { weightsOf } from './sample-weights.ts'

export type LossForm = 'stated' | 'squared' | 'binary cross-entropy' | 'cross-entropy'

export interface Loss {
  readonly form: LossForm
  readonly stated: boolean
  /** The name it has in the script, or the formula that was inferred. */
  readonly name: string
  readonly site: number
  /** One entry for each step: Σ coefficient · node. */
  readonly steps: readonly LossStep[]
  readonly prediction?: number
  readonly target?: number
  /** It is given back beside a loss and meets no targets: no loss by itself, but it may be a part of one. */
  readonly isPart?: true
  /** It is stated in two parts, which the script adds up nowhere. */
  readonly isSum?: true
}

export interface LossStep {
  readonly terms: readonly (readonly [number, number])[]
  /** chain -> the version of it that the loss was computed from. */
  readonly reads: ReadonlyMap<number, number>
}

const MAX_STEPS = 8
const LOSS_NAME =
  /loss|cost|err|mse|sse|bce|nll|entropy|objective|energy|verlust|fehler|kosten|perte|erreur|perdida|pérdida|coste|erro|custo|perda|^[jlec]$|^total$/i
const LOGARITHMS = new Set(['log', 'log2', 'log10', 'log1p', 'logaddexp'])
const NOT_LOSS = /acc|correct|hit|pred|lr|rate|norm|grad|delta|^d[A-Z_]/

/** Whether a place lies in a function that says of itself that it gives a loss back. */
function isLossFunction({ trace }: Tape, site: number): boolean {
  const name = trace.sites[site]?.function ?? ''
  return LOSS_NAME.test(name) && !NOT_LOSS.test(name) && !/deriv|prime|back|slope/i.test(name)
}

const isScalar = (tape: Tape, node: number) => (tape.trace.nodes[node]?.shape ?? []).every((n) => n === 1)

/** A sum as its terms with their factors, opened as far as the sum goes. */
export function openSum(tape: Tape, node: number, values: Values, dependence: Dependence): [number, number][] {
  const terms: [number, number][] = []
  const walk = (at: number, factor: number, depth: number) => {
    const { op, args } = tape.entry(at)
    const [a, b] = args
    if (dependence.depends[at] !== 1) return
    if (depth < 2000 && a !== undefined) {
      if (op === 'add' && b !== undefined) return [a, b].forEach((x) => void walk(x, factor, depth + 1))
      if ((op === 'sub' || op === 'subtract') && b !== undefined) {
        walk(a, factor, depth + 1)
        return walk(b, -factor, depth + 1)
      }
      if (op === 'neg' || op === 'negative') return walk(a, -factor, depth + 1)
      if (op === 'add_n' || op === 'pack') return args.forEach((x) => void walk(x, factor, depth + 1))
      const packed = tape.entry(a).op === 'pack'
      if ((op === 'sum' && packed) || (op === 'copy' && (packed || isScalar(tape, a))))
        return walk(a, factor, depth + 1)
      if (op === 'mean' && packed) return walk(a, factor / Math.max(1, tape.entry(a).args.length), depth + 1)
      if ((op === 'div' || op === 'divide') && b !== undefined && dependence.depends[b] !== 1)
        return walk(a, factor / (values[b]?.data[0] ?? 1), depth + 1)
      if ((op === 'mul' || op === 'multiply') && b !== undefined) {
        const constant = dependence.depends[a] !== 1 ? a : dependence.depends[b] !== 1 ? b : undefined
        if (constant !== undefined && isScalar(tape, constant))
          return walk(constant === a ? b : a, factor * (values[constant]?.data[0] ?? 1), depth + 1)
      }
    }
    if (isScalar(tape, at)) terms.push([at, factor])
  }
  walk(node, 1, 0)
  return terms
}

/** Terms in time order, cut into steps where a term was computed from a newer version of a parameter. */
export function stepsOf(tape: Tape, dependence: Dependence, terms: readonly (readonly [number, number])[]): LossStep[] {
  const steps: { terms: [number, number][]; reads: Map<number, number> }[] = []
  for (const [node, factor] of [...terms].sort((a, b) => a[0] - b[0])) {
    const reads = versionsRead(tape, dependence, node)
    if (reads.size === 0) continue
    const last = steps.at(-1)
    const fits =
      last !== undefined && [...reads].every(([chain, version]) => (last.reads.get(chain) ?? version) === version)
    if (fits) {
      last.terms.push([node, factor])
      for (const [chain, version] of reads) last.reads.set(chain, version)
    } else {
      if (steps.length >= MAX_STEPS) break
      steps.push({ terms: [[node, factor]], reads })
    }
  }
  return steps
}

/** Without what is added once the parameters have changed: a penalty that is logged beside the loss of the step before. */
function ofFirstStep(
  tape: Tape,
  dependence: Dependence,
  terms: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const [first] = stepsOf(tape, dependence, terms)
  const sites = new Set(first?.terms.map(([node]) => tape.entry(node).site))
  return terms.filter(([node]) => sites.has(tape.entry(node).site))
}

function mixesVersions(tape: Tape, dependence: Dependence, node: number): boolean {
  const count = new Map<number, number>()
  for (const found of tape.ancestors([node], dependence.past)) {
    const chain = dependence.chainOf.get(found)
    if (chain !== undefined) count.set(chain, (count.get(chain) ?? 0) + 1)
  }
  return [...count.values()].some((n) => n > 1)
}

export function statedLosses(tape: Tape, dependence: Dependence, values: Values): Loss[] {
  const groups = new Map<string, { site: number; nodes: number[]; name: string; rank: number; form: 'stated' }>()
  const nameOf = new Map<number, string>()
  const keysOfParameters = new Set(dependence.parameters.map((c) => /(?:\['|\.)(\w+)(?:'\])?$/.exec(c.name)?.[1]))
  for (const event of tape.trace.events)
    if (event.kind === 'store' && event.place !== 'item') nameOf.set(event.node, String(event.key))
  const offer = (site: number, node: number, name: string, rank: number, under = '') => {
    if (
      dependence.depends[node] !== 1 ||
      dependence.cut.has(node) ||
      !isScalar(tape, node) ||
      values[node] === undefined
    )
      return
    // `print(ce, mse)` and `ce, mse = …` state two.
    const key = `${site} ${name || tape.entry(node).site}${under}`
    const group = groups.get(key) ?? { site, nodes: [], name, rank, form: 'stated' as const }
    group.rank = Math.max(group.rank, rank)
    if (!group.nodes.includes(node) && group.nodes.length < 400) group.nodes.push(node)
    groups.set(key, group)
    // A root falls where its square does: who prints the one may be training on the other.
    const square = squareOf(tape, node, values)
    if (square !== undefined) offer(site, square, name, rank, `${under}²`)
  }
  for (const event of tape.trace.events) {
    if (event.kind === 'mark') {
      if (event.as === 'handed') continue
      const name = nameOf.get(event.node) ?? ''
      if (NOT_LOSS.test(name)) continue
      offer(event.site, event.node, name, (LOSS_NAME.test(name) ? 3 : 0) + (event.as === 'return' ? 1 : 2))
    } else if (event.kind === 'store') {
      const name = String(event.key)
      // `G["c"]` beside `P["c"]`: a parameter's gradient, or an optimiser's state of it.
      if (event.place !== 'name' && keysOfParameters.has(name)) continue
      if (LOSS_NAME.test(name) && !NOT_LOSS.test(name)) offer(event.site, event.node, name, 3)
    }
  }
  const losses: (Loss & { rank: number })[] = []
  const meets = new Set(findMeetings(tape, dependence).map((m) => m.node))
  const judges = (node: number) =>
    [...tape.ancestors([node], dependence.cut)].some((n) => meets.has(n) || LOGARITHMS.has(tape.entry(n).op))
  const besides = new Set([...groups.values()].filter((g) => g.rank > 2 || judges(g.nodes[0] ?? 0)).map((g) => g.site))
  for (const { site, ...group } of groups.values()) {
    // What a function merely returns may be anything: a loss knows the targets.
    const isPart = group.rank < 2 && !judges(group.nodes[0] ?? 0) && !isLossFunction(tape, site)
    if (isPart && !besides.has(site)) continue
    const mixed = group.nodes.some((n) => mixesVersions(tape, dependence, n))
    const last = group.nodes.at(-1) ?? 0
    const sums = runningSums(tape, group.nodes, values, dependence)
    const terms = mixed
      ? openSum(tape, last, values, dependence)
      : (sums ?? group.nodes.map((n): [number, number] => [n, 1]))
    const steps = stepsOf(tape, dependence, mixed ? ofFirstStep(tape, dependence, terms) : terms)
    if (steps.length > 0)
      losses.push({
        ...{ form: 'stated', stated: true, name: group.name || 'loss', site, steps, rank: group.rank },
        ...(isPart && { isPart }),
      })
  }
  return dedupe(losses.sort((a, b) => b.rank - a.rank))
}

/** What a number is the square root of. */
function squareOf(tape: Tape, node: number, values: Values): number | undefined {
  const { op, args } = tape.entry(node)
  const [a, b] = args
  if (op === 'copy' && a !== undefined) return squareOf(tape, a, values)
  const isRoot = op === 'sqrt' || ((op === 'pow' || op === 'power') && values[b ?? -1]?.data[0] === 0.5)
  return isRoot ? a : undefined
}

/** `total += …`, seen at each addition: the terms, each once. Undefined where no node of the group contains another. */
function runningSums(
  tape: Tape,
  nodes: readonly number[],
  values: Values,
  dependence: Dependence,
): [number, number][] | undefined {
  const inside = new Set(nodes)
  const covered = new Set<number>()
  const terms: [number, number][] = []
  for (const node of [...nodes].sort((a, b) => b - a)) {
    if (covered.has(node)) continue
    const stack = [...tape.entry(node).args]
    let opens = false
    for (let at = stack.pop(), left = 4000; at !== undefined && left > 0; at = stack.pop(), left--) {
      const { op, args } = tape.entry(at)
      if (inside.has(at)) {
        opens = true
        covered.add(at)
      }
      if (op === 'add' || op === 'copy') stack.push(...args)
      if (op === 'sub' || op === 'subtract') stack.push(...args.slice(0, 1))
    }
    terms.push(...(opens ? openSum(tape, node, values, dependence) : [[node, 1] as [number, number]]))
  }
  return covered.size === 0 ? undefined : terms
}

/** Each loss once, and none that is a part of what another one shows: what is printed of it now and then. */
function dedupe<T extends Loss>(losses: readonly T[]): T[] {
  const seen = new Set<string>()
  const distinct = losses.filter((loss) => {
    const key = loss.steps
      .slice(0, 2)
      .map((s) => s.terms.map(termKey).join('+'))
      .join('|')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  const termsOf = new Map(distinct.map((loss) => [loss, new Set(loss.steps.flatMap((s) => s.terms.map(termKey)))]))
  const isPart = (a: T, b: T) => {
    const [inner, outer] = [termsOf.get(a), termsOf.get(b)]
    return a !== b && b.steps.length > a.steps.length && [...(inner ?? [])].every((term) => outer?.has(term))
  }
  return distinct.filter((a) => !distinct.some((b) => isPart(a, b)))
}

const termKey = ([node, factor]: readonly [number, number]) => `${node}*${factor}`

export interface Meeting {
  readonly site: number
  readonly prediction: number
  readonly target: number
  readonly node: number
}

/** A number written in the expression itself is no target. */
function operandIsWritten(tape: Tape, site: number, left: boolean): boolean {
  const found = tape.trace.sites[site]
  if (found === undefined || found.endLine !== found.line) return false
  const span = textOfSite(tape.trace, found)
  return left
    ? /^[\s(]*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*[-+*/,)]/i.test(span)
    : /[-+*/,(]\s*(\d+\.?\d*|\.\d+)(e[-+]?\d+)?[\s)]*$/i.test(span)
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

/** Losses that the script does not state but may be trained on, from where prediction and target meet. */
export function inferredLosses(tape: Tape, dependence: Dependence, values: Values): Loss[] {
  const bySite = new Map<number, Meeting[]>()
  for (const meeting of findMeetings(tape, dependence))
    bySite.set(meeting.site, [...(bySite.get(meeting.site) ?? []), meeting])
  const losses: Loss[] = []
  const seen = new Set<string>()
  for (const [site, meetings] of bySite) {
    const key = meetings
      .slice(0, 3)
      .map((m) => `${m.prediction},${m.target}`)
      .join(' ')
    if (seen.has(key)) continue
    seen.add(key)
    const first = meetings[0]
    if (first === undefined) continue
    const kinds = ['squared', 'binary cross-entropy', 'cross-entropy'] as const
    const add = (form: (typeof kinds)[number], name: string, weights?: readonly number[]) => {
      const terms = meetings.map((meeting, i) => lossTerm(tape, values, form, meeting, weights?.[i]))
      tape.extend(values)
      if (terms.includes(undefined)) return
      const whole = terms.flatMap((term): [number, number][] => (term === undefined ? [] : [[term, 1]]))
      const steps = stepsOf(tape, grown(tape, dependence), whole)
      losses.push({ form, stated: false, name, site, steps, prediction: first.prediction, target: first.target })
    }
    for (const form of kinds) add(form, form)
    const weights = weightsOf(tape, dependence, values, meetings)
    if (weights !== undefined) for (const form of [...kinds].reverse()) add(form, `weighted ${form}`, weights)
  }
  return losses
}

/** The same dependence, for nodes that were appended after it was computed. */
export function grown(tape: Tape, dependence: Dependence): Dependence {
  const depends = new Uint8Array(tape.length)
  depends.set(dependence.depends)
  for (let node = dependence.depends.length; node < tape.length; node++) {
    if (tape.entry(node).args.some((a) => depends[a] === 1)) depends[node] = 1
  }
  return { ...dependence, depends }
}

function lossTerm(
  tape: Tape,
  values: Values,
  form: 'squared' | 'binary cross-entropy' | 'cross-entropy',
  meeting: Meeting,
  weight?: number,
): number | undefined {
  const { prediction } = meeting
  const p = values[prediction]
  if (p === undefined) return undefined
  const target = meeting.target < 0 ? oneHot(tape, -meeting.target, p.shape) : meeting.target
  const t = target < values.length ? values[target] : tape.leaves[target]
  if (t === undefined) return undefined
  const inside = p.data.every((x) => x > 0 && x < 1)
  const ok = t.data.every((x) => x >= 0 && x <= 1)
  const all = (node: number) =>
    tape.append('sum', [weight === undefined ? node : tape.append('mul', [node, weight])], {
      axes: p.shape.length >= (t.shape.length ?? 0) ? p.shape.map((_, i) => i) : t.shape.map((_, i) => i),
      keepdims: 0,
    })
  if (form === 'squared') {
    const off = tape.append('sub', [prediction, target])
    return tape.append('mul', [tape.constant(scalar(0.5)), all(tape.append('mul', [off, off]))])
  }
  if (!inside || !ok) return undefined
  if (form === 'cross-entropy') {
    if (!sumsToOne(p.shape, p.data)) return undefined
    return tape.append('neg', [all(tape.append('mul', [target, tape.append('log', [prediction])]))])
  }
  const one = tape.constant(scalar(1))
  const hit = tape.append('mul', [target, tape.append('log', [prediction])])
  const miss = tape.append('mul', [
    tape.append('sub', [one, target]),
    tape.append('log', [tape.append('sub', [one, prediction])]),
  ])
  return tape.append('neg', [all(tape.append('add', [hit, miss]))])
}

export function oneHot(tape: Tape, put: number, shape: readonly number[]): number {
  const { params } = tape.entry(put)
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1))
  for (const place of params.at as number[]) data[place] = 1
  return tape.constant(tensor(shape, data))
}

/** Whether rows, columns or the whole are probabilities. */
function sumsToOne(shape: readonly number[], data: Float64Array): boolean {
  const close = (x: number) => Math.abs(x - 1) < 1e-6
  const total = data.reduce((a, b) => a + b, 0)
  if (close(total) && data.length > 1) return true
  const [rows = 1, columns = 1] = shape.length === 2 ? shape : [1, shape[0] ?? 1]
  if (data.length !== rows * columns) return false
  const byRow = Array.from({ length: rows }, (_, i) =>
    data.subarray(i * columns, (i + 1) * columns).reduce((a, b) => a + b, 0),
  )
  if (columns > 1 && byRow.every(close)) return true
  const byColumn = Array.from({ length: columns }, (_, j) =>
    byRow.reduce((a, _x, i) => a + (data[i * columns + j] as number), 0),
  )
  return rows > 1 && byColumn.every(close)
}
