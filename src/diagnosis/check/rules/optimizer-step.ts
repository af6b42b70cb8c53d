/**
 * One update of one parameter, from its gradient on: a small elementwise program (gradient, parameter, state) →
 * (update, new state), which can be run with any numbers in their place. States are the arrays that live from step to step.
 */

import type { Analysis } from '../analyse.ts'
import type { Judged, ParameterResult } from '../judge.ts'
import type { Chain } from '../roles/chains.ts'
import { type History, placeHistories, type Version } from '../roles/histories.ts'
import { type ChainStep, elementsOf, join, MATCH, proportion } from '../roles/measure.ts'
import { isSum, sharedVersions } from '../roles/not-parameters.ts'
import type { Tape, Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { Trace } from '../trace/trace.ts'

/** What mixes elements: with one of these on the way, the update is no elementwise program. */
const MIXES = new Set(['dot', 'matmul', 'inner', 'outer', 'einsum', 'vdot', 'sum', 'mean', 'max', 'min', 'prod'])
const MAX_SIZE = 20_000
const MAX_NODES = 400

export interface State {
  readonly chain: Chain
  readonly old: number
  readonly next: number
}

/** Numbers in place of the gradient, the parameter (0), and each state (by chain), the same for all their elements. */
export interface Given {
  readonly gradient: number
  readonly parameter?: number
  readonly states: ReadonlyMap<number, number>
}

export interface Outcome {
  /** What is taken off the parameter. */
  readonly update: number
  readonly states: ReadonlyMap<number, number>
}

export interface UpdateStep {
  /** Which measured step it is, from 0. */
  readonly index: number
  readonly before: number
  readonly after: number
  readonly gradient: number
  /** Whether it is a positive (1) or a negative (−1) multiple of the true gradient. */
  readonly orientation: number
  readonly states: readonly State[]
  /** The nodes of the program, in order; those that depend on the gradient, the parameter or a state. */
  readonly nodes: readonly number[]
  /** All that the program reads, scalars such as 1 − β^t among them. */
  readonly reads: readonly number[]
  /** The root of the mean square of the recorded gradient. */
  readonly size: number
  readonly run: (given: Given) => Outcome
}

/** The updates of a parameter in the measured steps, as far as each is an elementwise program of the gradient. */
export function updateSteps(analysis: Analysis, result: ParameterResult): UpdateStep[] {
  const { best, judged } = analysis
  const shown = best === undefined ? [] : stepsUnder(analysis, best, result)
  if (best === undefined || shown.length > 1) return shown
  // A loss that is printed now and then shows one step, and log(p + ε) no more once predictions are extreme: the same loss, inferred, shows them.
  const others = judged.filter((j) => j !== best && j.consistent && j.explained >= best.explained)
  return [shown, ...others.map((j) => stepsUnder(analysis, j, result))].reduce((a, b) => (b.length > a.length ? b : a))
}

function stepsUnder(analysis: Analysis, judged: Judged, result: ParameterResult): UpdateStep[] {
  const rows = judged.measured.steps.flatMap((row) => row.filter((s) => s.chain.id === result.chain.id).slice(0, 1))
  const gradients = rows.map((row) => gradientsOf(analysis, row))
  const steps: UpdateStep[] = []
  const kept = new Set(analysis.trace.events.flatMap((e) => (e.kind === 'store' ? [e.node] : [])))
  for (const chain of analysis.chains) for (const { node } of chain.versions) kept.delete(node)
  for (const [k, row] of rows.entries()) {
    const next = gradients[k + 1]?.[0]?.node
    for (const gradient of gradients[k] ?? []) {
      const found = programOf(analysis, row, gradient.node, next)
      if (found === undefined) continue
      // The gradient as the script keeps it, where it does: −(…) is no doing of the optimiser; what its states make of it is.
      const end = Math.min(found.after, ...found.states.map((s) => s.next))
      const named = gradients[k]?.findLast((g) => kept.has(g.node) && g.node < end)
      steps.push({ ...found, index: k, orientation: named?.orientation ?? gradient.orientation })
      break
    }
  }
  return steps
}

/** The values on the way to an update that are multiples of the true gradient, the first one first. */
function gradientsOf(analysis: Analysis, row: ChainStep): { node: number; orientation: number }[] {
  const { tape, points, dependence } = analysis
  const size = points.values[0]?.[row.before]?.data.length ?? 0
  if (row.unreached || size === 0 || size > MAX_SIZE) return []
  const made = [...tape.madeFrom([row.after], dependence.cut)].filter((n) => n > row.before && !dependence.cut.has(n))
  const found: { node: number; orientation: number }[] = []
  for (const node of made.sort((a, b) => a - b).slice(-3000)) {
    if (dependence.depends[node] !== 1 || points.values[0]?.[node]?.data.length !== size) continue
    // Of a vector that holds several parameters, the part that this one is.
    const value = join(points.values.map((v) => v[node] && { shape: [], data: elementsOf(row, v[node].data) }))
    if (value.length !== row.gradient.length) continue
    const match = proportion(value, row.gradient)
    if (match.residual < MATCH && match.ratio !== 0) found.push({ node, orientation: Math.sign(match.ratio) })
    if (found.length >= 8) break
  }
  return found
}

function programOf(
  analysis: Analysis,
  row: ChainStep,
  gradient: number,
  nextGradient: number | undefined,
): Omit<UpdateStep, 'index' | 'orientation'> | undefined {
  const { tape, points, chains } = analysis
  const recorded = points.values[0] ?? []
  const shape = recorded[row.before]?.shape ?? []
  const size = recorded[row.before]?.data.length ?? 0
  const states: State[] = []
  const stop = new Set([gradient, row.before])
  const reach = tape.ancestors([row.after], stop)
  const fed = fedBy(tape, gradient, row.before, nextGradient ?? tape.trace.nodes.length)
  const shared = sharedVersions(chains)
  for (const chain of chains) {
    // The gradient itself, summed over the samples.
    if (isSum(tape, chain, shared)) continue
    if (chain.parameter) continue
    const versions = allOf(analysis, chain)
    if (versions.some((v) => v.node === row.after)) continue
    const old = last(versions, gradient)
    const inside = versions.filter((v) => v.node > gradient && v.node < (nextGradient ?? Number.POSITIVE_INFINITY))
    const next = nextGradient === undefined ? lastOfStep(inside, row.after, gradient, fed) : inside.at(-1)?.node
    if (old === undefined || next === undefined || !(reach.has(old) || reach.has(next))) continue
    if (recorded[next]?.data.length !== size || fed[next - gradient] !== 1) continue
    if (!livesOn(analysis, row, versions, next)) continue
    // A function's name for an array, and the name outside of it, are one state; a loop's name held another one's before.
    const isRead = (node: number) => tape.ancestors([row.after, next], stop).has(node)
    const twin = states.findIndex((s) => s.next === next)
    if (twin < 0) states.push({ chain, old, next })
    else if (isRead(old) && !isRead(states[twin]?.old ?? -1)) states[twin] = { chain, old, next }
  }
  if (new Set(states.map((s) => s.old)).size !== states.length) return undefined
  for (const state of states) stop.add(state.old)
  const reads = [...tape.ancestors([row.after, ...states.map((s) => s.next)], stop)].sort((a, b) => a - b)
  const flags = new Set(stop)
  const nodes = reads.filter((node) => {
    if (stop.has(node) || !tape.entry(node).args.some((a) => flags.has(a))) return false
    flags.add(node)
    return true
  })
  // What stands before the gradient is how the gradient was made.
  if (nodes.length > MAX_NODES || nodes.some((n) => MIXES.has(tape.entry(n).op) || tape.entry(n).op === 'opaque'))
    return undefined
  const values: Values = recorded.slice()
  const run = (given: Given): Outcome => {
    values[gradient] = filled(recorded[gradient]?.shape ?? shape, given.gradient)
    const parameter = given.parameter ?? 0
    values[row.before] = filled(shape, parameter)
    for (const { old, chain } of states) {
      const was = recorded[old]
      values[old] = filled(
        was !== undefined && was.data.length === size ? was.shape : shape,
        given.states.get(chain.id) ?? 0,
      )
    }
    for (const node of nodes) values[node] = tape.compute(node, values, NO_CHANGES)
    return {
      update: parameter - (values[row.after]?.data[0] ?? Number.NaN),
      states: new Map(states.map((s) => [s.chain.id, values[s.next]?.data[0] ?? Number.NaN])),
    }
  }
  const data = recorded[gradient]?.data ?? new Float64Array(1)
  const rms = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length)
  return {
    before: row.before,
    after: row.after,
    gradient,
    states,
    nodes,
    reads,
    size: Math.min(1, Math.max(1e-4, rms)),
    run,
  }
}

/** Whether what a step leaves of a state is what the next one begins with: a sum that each step makes anew is none. */
function livesOn({ tape }: Analysis, { chain, after }: ChainStep, versions: readonly Version[], next: number): boolean {
  if (!chain.versions.some((v) => v.node > after)) return true
  const later = versions.find((v) => v.node > after)?.node
  if (later === undefined) return false
  const seen = new Set([later])
  for (const node of seen) {
    if (node === next) return true
    if (seen.size < MOST_SEEN) for (const arg of tape.entry(node).args) if (arg >= next) seen.add(arg)
  }
  return false
}

const MOST_SEEN = 200

/** The version that a step begins with. */
function last(versions: readonly Version[], before: number): number | undefined {
  return versions.filter((v) => v.node < before).at(-1)?.node
}

/** 1 for what is computed from a gradient, and not by way of the parameter's former value; counted from the gradient on. */
function fedBy(tape: Tape, gradient: number, before: number, end: number): Uint8Array {
  const fed = new Uint8Array(Math.max(1, end - gradient))
  fed[0] = 1
  for (let node = gradient + 1; node < end; node++)
    if (node !== before && tape.entry(node).args.some((arg) => arg >= gradient && fed[arg - gradient] === 1))
      fed[node - gradient] = 1
  return fed
}

/** What the last step seen leaves of a state: its last version that the update is computed from, else its first one. */
function lastOfStep(inside: readonly Version[], after: number, gradient: number, fed: Uint8Array): number | undefined {
  const isFed = ({ node }: Version) => fed[node - gradient] === 1
  return (inside.findLast((v) => v.node < after && isFed(v)) ?? inside.find(isFed) ?? inside[0])?.node
}

const known = new WeakMap<Analysis, { places: Map<string, History[]>; versions: Map<number, readonly Version[]> }>()

/** All that a state's place held: of `m *= β` and `m += …` a chain holds what the sum makes, and not from the first step on. */
function allOf(analysis: Analysis, chain: Chain): readonly Version[] {
  const { trace, tape } = analysis
  const cache = known.get(analysis) ?? { places: placesOf(trace, tape), versions: new Map() }
  known.set(analysis, cache)
  const end = chain.versions.at(-1)?.node ?? -1
  const found =
    cache.versions.get(chain.id) ??
    cache.places.get(chain.name)?.find((h) => h.versions.some((v) => v.node === end))?.versions ??
    chain.versions
  cache.versions.set(chain.id, found)
  return found
}

function placesOf(trace: Trace, tape: Tape): Map<string, History[]> {
  const places = new Map<string, History[]>()
  for (const history of placeHistories(trace, tape).values())
    places.set(history.place, [...(places.get(history.place) ?? []), history])
  return places
}

function filled(shape: readonly number[], value: number): Tensor {
  return { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value) }
}

const NO_CHANGES: ReadonlyMap<number, Tensor> = new Map()
