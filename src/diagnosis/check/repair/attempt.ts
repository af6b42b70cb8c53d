/** True gradients put in a statement's place, and whether that makes the wrong parameters right. */

import { DIVISIONS, MULTIPLICATIONS, NEGATIONS } from '../tape/operations.ts'
import type { Tape, Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import { flip, type Label, type Labels } from './labels.ts'
import { type Forced, type Given, Replay } from './replay.ts'
import { type Explanation, isNormal, type Occurrence, type Pairing, type Situation } from './situation.ts'
import { type Alias, innerOf, type Statement } from './statements.ts'

export function attempt(
  situation: Situation,
  statement: Statement,
  { nodes, targets, times }: Pairing,
  known: Map<number, Label[]>,
  scalesAt: (node: number) => number[],
): Explanation | undefined {
  const { analysis, region, labels, points, pinned, wrong } = situation
  const replay = new Replay(analysis, region.end, points, pinned)
  const unit = force({ nodes, targets, times }, labels, points, statement.alias)
  if (unit === undefined) return undefined
  // Beside a penalty's gradient a multiple is not enough: the scale must be the one that the operands have.
  const scales = scalesAt(nodes[0] ?? 0).map((c) => (isNegated(analysis.tape, targets[0] ?? -1) ? -c : c))
  const sizes = [1, ...scales.filter((c) => Math.abs(c - 1) > 1e-9)].slice(0, 3)
  const later = laterScale(situation, nodes.at(-1) ?? -1)
  if (later !== undefined && sizes.every((c) => Math.abs(later / c - 1) > 1e-9)) sizes.push(later)
  const fixed = fixedBy(replay, unit, sizes, situation)
  if (fixed === undefined) return undefined
  const forced = scaled(unit, fixed.factor)
  for (const n of nodes) if (!known.has(n)) known.set(n, labels.of(n, points))
  // A multiple of the very gradient that is wanted is wrong here; another value's gradient may be right here.
  const labelled =
    !statement.updates &&
    nodes.every((n, i) => {
      const own = known.get(n) ?? []
      return own.length > 0 && !own.some((l) => l.node === targets[i])
    })
  const natural = scales.length === 0 || scales.some((c) => Math.abs(fixed.factor / c - 1) < 1e-5)
  const wrongAt = nodes.findIndex((n) => !points.every((values, p) => close(values[n], forced.get(n)?.parts[p])))
  const first = times?.[Math.max(0, wrongAt)] ?? nodes[Math.max(0, wrongAt)] ?? 0
  return {
    statement,
    nodes,
    targets,
    times,
    forced,
    fixed: fixed.chains,
    labelled,
    natural,
    first,
    turned: wrong.some((r) => r.status === 'sign'),
  }
}

/** `-X @ W` inside a sigmoid is the negative of what its author thinks of as the value before the activation. */
function isNegated(tape: Tape, target: number): boolean {
  return target >= 0 && tape.entry(target).args.some((a) => NEGATIONS.has(tape.entry(a).op))
}

interface Fixed {
  readonly chains: readonly number[]
  readonly factor: number
}

/** The wrong parameters that are right with a multiple of `unit` put in; undefined where none is, or a right one no longer is. */
function fixedBy(
  replay: Replay,
  unit: Forced,
  scales: readonly number[],
  { wrong, right, normal }: Situation,
): Fixed | undefined {
  let fixed: Fixed | undefined
  let common: Fixed | undefined
  for (const c of scales) {
    const found = agreeing(replay.fits(scaled(unit, c), wrong), normal)
    if (found.chains.length > (fixed?.chains.length ?? 0)) fixed = { chains: found.chains, factor: found.factor * c }
    if (common === undefined && found.chains.length > 0) common = { chains: found.chains, factor: c }
    if (fixed?.chains.length === wrong.length) break
  }
  if (fixed === undefined || common === undefined || right.length === 0) return fixed
  const still = replay.fits(scaled(unit, fixed.factor), right)
  if (right.every((r) => still.some((f) => f.chain === r.chain.id && isNormal(f.ratio, normal)))) return fixed
  // What clips all gradients by their common norm gives all of them another scale.
  const now = replay.fits(scaled(unit, common.factor), [...wrong, ...right])
  const scaleOf = (id: number) => now.find((f) => f.chain === id)?.ratio
  const scale = scaleOf(common.chains[0] ?? -1)
  const isShared = (id: number) => scale !== undefined && isNormal(scaleOf(id) ?? Number.NaN, scale)
  return scale !== undefined && scale > 0 && [...right.map((r) => r.chain.id), ...common.chains].every(isShared)
    ? common
    : undefined
}

function close(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined || a.data.length !== b.data.length) return false
  let [off, size] = [0, 0]
  for (let i = 0; i < a.data.length; i++) {
    off += ((a.data[i] as number) - (b.data[i] as number)) ** 2
    size += (b.data[i] as number) ** 2
  }
  return off <= 1e-14 * size
}

const NO_CHANGES: ReadonlyMap<number, Tensor> = new Map()

/** The scales of the gradients that a run of a statement starts from. */
export function operandScales({ analysis, region, labels, points }: Situation, node: number): number[] {
  const inner = new Set(innerOf(analysis, region, node, new Set()))
  const scales = new Set<number>()
  for (const n of inner)
    for (const arg of analysis.tape.entry(n).args) {
      if (inner.has(arg) || region.forward.has(arg) || region.signal[arg] !== 1) continue
      // −z inside a sigmoid has the negative of z's gradient: only what the script itself holds has a sign.
      const found = labels.of(arg, points)
      const held = found.filter((label) => region.held.has(label.node))
      const plain = found.filter((label) => !NEGATIONS.has(analysis.tape.entry(label.node).op))
      const chosen = held.length > 0 ? held : plain.length > 0 ? plain : found
      for (const label of chosen) scales.add(label.scale)
    }
  return [...scales]
}

const HANDS_ON = new Set(['add', 'move', 'view', 'put', 'write', 'copy', 'outer', 'dot', 'matmul'])
const LONGEST_WAY = 400

/** The scale that a value must have for the numbers that it is multiplied with on its way to the update: m before `/ m`. */
function laterScale({ analysis, points, wrong, normal, region }: Situation, node: number): number | undefined {
  const { tape, dependence } = analysis
  const ends = new Set(wrong.map((r) => r.step.after))
  let factor = 1
  let at = node
  for (let depth = 0; depth < LONGEST_WAY && normal !== undefined; depth++) {
    if (ends.has(at)) return Math.abs(normal / factor)
    const reader: number | undefined = tape.readers(at).find((n) => n < region.end && tape.aside[n] !== 1)
    if (reader === undefined) return undefined
    const { op, args } = tape.entry(reader)
    const other = args.find((a) => a !== at)
    const number = points[0]?.[other ?? -1]
    const isNumber = dependence.depends[other ?? -1] !== 1 && number?.data.length === 1
    const [value = Number.NaN] = isNumber ? number.data : []
    // Activations and slopes are the chain's own.
    if (MULTIPLICATIONS.has(op)) factor *= isNumber ? value : 1
    else if (DIVISIONS.has(op) && args[0] === at) factor /= value
    else if (!HANDS_ON.has(op) && !NEGATIONS.has(op) && !op.startsWith('sub')) return undefined
    if (!Number.isFinite(factor) || factor === 0) return undefined
    at = reader
  }
  return undefined
}

function force(
  { nodes, targets, times }: Pairing,
  labels: Labels,
  points: readonly Values[],
  alias: Alias | undefined,
): Forced | undefined {
  const forced = new Map<number, Given>()
  for (const [k, node] of nodes.entries()) {
    const target = targets[k] ?? -1
    const parts = points.map((values, p) => shaped(labels.gradient(target, p), values[node]))
    if (parts.some((x) => x === undefined)) return undefined
    const from = times?.[k]
    forced.set(node, { parts, ...(from !== undefined && { from }), ...(alias !== undefined && { alias }) })
  }
  return forced
}

/** A gradient in the shape that the script keeps it in: as it is, reshaped, or turned. */
function shaped(gradient: Tensor | undefined, like: Tensor | undefined): Tensor | undefined {
  if (gradient === undefined || like === undefined) return undefined
  const same = gradient.shape.length === like.shape.length && gradient.shape.every((n, i) => n === like.shape[i])
  if (same) return gradient
  if (gradient.data.length !== like.data.length) return gradient
  const turned = flip(gradient)
  if (
    turned !== undefined &&
    turned.shape.length === like.shape.length &&
    turned.shape.every((n, i) => n === like.shape[i])
  )
    return turned
  return { shape: like.shape, data: gradient.data }
}

function scaled(forced: Forced, factor: number): Forced {
  if (factor === 1) return forced
  const times = (p: Tensor | undefined) => p && { shape: p.shape, data: p.data.map((x) => x * factor) }
  return new Map([...forced].map(([node, given]) => [node, { ...given, parts: given.parts.map(times) }]))
}

/** The parameters that fit with one scale, and the factor that brings it to the scale of the right ones. */
function agreeing(
  fits: readonly { chain: number; ratio: number }[],
  normal: number | undefined,
): { chains: number[]; factor: number } {
  let best: { chains: number[]; factor: number } = { chains: [], factor: 1 }
  for (const fit of fits) {
    const chains = fits.filter((f) => Math.abs(f.ratio / fit.ratio - 1) < 1e-5).map((f) => f.chain)
    if (chains.length > best.chains.length)
      best = { chains, factor: normal === undefined ? Math.sign(fit.ratio) : normal / fit.ratio }
  }
  return best
}

/** What the statement computes at each run when everything before is right, beside what it should. */
export function compare(
  { analysis, region, labels, points, pinned }: Situation,
  { nodes, targets, times, forced }: Pairing & { forced: Forced },
): { occurrences: Occurrence[]; values: Values[] } {
  const replay = new Replay(analysis, region.end, points, pinned)
  const values = points.map((_, p) => replay.values(p, forced))
  const occurrences = nodes.map((node, k): Occurrence => {
    const inner = innerOf(analysis, region, node, new Set(nodes))
    const given = values.map((v) => {
      // What is only handed on was computed from what had been put right by then.
      if (times !== undefined) return v[node]
      const before = inner.map((n) => v[n])
      for (const n of inner) v[n] = analysis.tape.compute(n, v, NO_CHANGES)
      const own = v[node]
      for (const [i, n] of inner.entries()) v[n] = before[i]
      return own
    })
    const from = times?.[k]
    const wanted = forced.get(node)?.parts ?? []
    const alias = forced.get(node)?.alias
    const target = labels.valueOf(targets[k] ?? -1)
    return { node, given, wanted, target, ...(from !== undefined && { from }), ...(alias !== undefined && { alias }) }
  })
  return { occurrences, values }
}
